import { sentenceOf } from "@/lib/protocol/errors/codes";
import type { Message } from "@/lib/protocol/messages";
import type { Api } from "../api";
import { ApiError } from "../request";
import type { OutboxItem, Unsent } from "../store/unsent";
import { randomId } from "../sync/random-id";
import { createPause } from "../sync/retry";
import type { OutboxNews } from "../sync/tabs";
import type { OutboxStore } from "./outbox-store";

/**
 * Unsent messages: kept before their request leaves, sent in order within a conversation, one at a time.
 * Sending twice is harmless (the server knows the client id), so whatever leaves doubt is sent again.
 * Only one tab of a browser sends, the leader: the others hand over what they keep.
 */
export function createOutbox(options: {
  userId: string;
  api: Pick<Api, "sendMessage">;
  store: OutboxStore;
  /** What to show; null takes the item off the screen. */
  show: (item: Unsent, shown: OutboxItem | null) => void;
  onSent: (message: Message) => void;
  tell: (news: OutboxNews) => void;
  now?: () => number;
}) {
  const { userId, api, store, show, tell, now = Date.now } = options;
  const items = new Map<string, Unsent>();
  const draining = new Map<string, Promise<void>>();
  const pause = createPause();
  /** Conversations whose last try failed. */
  const stalled = new Set<string>();
  let sending = false;
  let signedOut = false;
  let connected = true;
  let lastOrder = 0;

  async function load(): Promise<void> {
    for (const item of await store.all(userId)) hold(item);
  }

  function hold(item: Unsent): void {
    items.set(item.clientId, item);
    display(item);
    drain(item.conversationId);
  }

  function display(item: Unsent): void {
    const { userId: _, refused, why = null, ...rest } = item;
    const waits = signedOut || !connected || stalled.has(item.conversationId);
    show(item, {
      ...rest,
      state: refused !== null ? "failed" : waits ? "waiting" : "pending",
      reason: refused === null ? null : sentenceOf(why, refused),
    });
  }

  function displayAll(): void {
    for (const item of items.values()) display(item);
  }

  function drop(item: Unsent): void {
    items.delete(item.clientId);
    show(item, null);
  }

  async function keep(item: Unsent): Promise<void> {
    await store.put(item);
    tell({ type: "unsent", item });
    hold(item);
  }

  /** The first that is still to be sent; one that was refused does not hold up those after it. */
  function head(conversationId: string): Unsent | undefined {
    let first: Unsent | undefined;
    for (const item of items.values()) {
      const due = item.conversationId === conversationId && item.refused === null;
      if (due && (!first || item.order < first.order)) first = item;
    }
    return first;
  }

  function drain(conversationId: string): void {
    if (draining.has(conversationId) || !canSend()) return;
    const run = sendAll(conversationId).finally(() => {
      draining.delete(conversationId);
      if (head(conversationId)) drain(conversationId);
    });
    draining.set(conversationId, run);
  }

  /** Without a durable store the other tabs cannot see an item, so each sends its own. */
  function canSend(): boolean {
    return !signedOut && (sending || !store.durable);
  }

  async function sendAll(conversationId: string): Promise<void> {
    let failures = 0;
    for (let item = head(conversationId); item && canSend(); item = head(conversationId)) {
      try {
        const message = await api.sendMessage(conversationId, { content: item.content, clientId: item.clientId });
        failures = 0;
        if (stalled.delete(conversationId)) displayAll();
        options.onSent(message);
        await acknowledge(item.clientId);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) signOut();
        else if (!error.transient) await keepRefused(item, error);
        else {
          stalled.add(conversationId);
          displayAll();
          await pause.sleep(failures++, error.retryAfter);
        }
      }
    }
  }

  async function acknowledge(clientId: string): Promise<void> {
    if (items.delete(clientId)) await store.remove(clientId);
  }

  async function keepRefused(item: Unsent, { message, reason }: ApiError): Promise<void> {
    // Discarded while its request was out: then it stays discarded.
    if (items.has(item.clientId)) await keep({ ...item, refused: message, why: reason });
  }

  function signOut(): void {
    signedOut = true;
    displayAll();
  }

  function nextOrder(): number {
    lastOrder = Math.max(lastOrder + 1, now());
    return lastOrder;
  }

  return {
    /** Takes up what an earlier visit, or a tab that is gone, left unsent. */
    load,
    /** Shows a message as pending at once, keeps it, and only then lets it go. */
    async send(conversationId: string, content: string, clientId = randomId()): Promise<void> {
      const item: Unsent = {
        clientId,
        userId,
        conversationId,
        content,
        createdAt: new Date(now()).toISOString(),
        order: nextOrder(),
        refused: null,
      };
      display(item);
      await keep(item);
    },
    /** Tries a refused one again, after those that were written since. */
    async retry(clientId: string): Promise<void> {
      const item = items.get(clientId);
      if (item) await keep({ ...item, order: nextOrder(), refused: null, why: null });
    },
    async discard(clientId: string): Promise<void> {
      const item = items.get(clientId);
      if (!item) return;
      drop(item);
      await store.remove(clientId);
      tell({ type: "unsent-gone", item });
    },
    /** The stream brought the author's own message: its request got through, even where the answer did not. */
    acknowledge,
    hear(news: OutboxNews): void {
      if (news.item.userId !== userId) return;
      if (news.type === "unsent") hold(news.item);
      else drop(news.item);
    },
    /** From now on this tab sends for all of them. Returns what ends it. */
    lead(): () => void {
      sending = true;
      void load();
      return () => {
        sending = false;
        pause.wake();
      };
    },
    /** The connection is back, or the person is: whoever waits tries at once. */
    wake(): void {
      signedOut = false;
      stalled.clear();
      pause.wake();
      for (const item of items.values()) {
        display(item);
        drain(item.conversationId);
      }
    },
    signOut,
    /** Its author has left this device: nothing of theirs stays here, and nothing more goes out. */
    async forget(): Promise<void> {
      signOut();
      for (const item of [...items.values()]) drop(item);
      await store.clear(userId);
    },
    /** Without a connection what is unsent is shown as waiting, also in the tabs that do not send. */
    setConnected(is: boolean): void {
      connected = is;
      displayAll();
    },
  };
}
