/**
 * The messenger of one page: state, and all that changes it. No React in it; hooks.ts binds it.
 *
 *   const messenger = createMessenger(snapshot)   from the state that the server rendered
 *   messenger.start()                             in an effect; returns what stops it
 *   messenger.getState() / subscribe(listener)    MessengerState is in state.ts, Transcript in transcript.ts
 *
 *   open(id)              shows a conversation: loads it, freezes the divider; returns what closes it
 *   seed(transcript)      takes in a conversation that the server rendered after the first paint
 *   see(id, first, last)  tells which `seq`s are on screen: what is looked at counts as read
 *   loadOlder/loadNewer/jumpToLatest(id), openAround(id, messageId)
 *   send(id, content), retry(clientId), discard(clientId), setDraft(id, text)
 *   loadMore(), startConversation(username), searchUsernames(prefix, signal)
 *   apply(event, eventId) the one path for everything that happened
 *
 * Loads never throw: a failed one stands in the transcript's `error`. `startConversation` and
 * `searchUsernames` throw ApiError.
 */
import type { Conversation } from "@/lib/protocol/conversations";
import type { StreamEvent } from "@/lib/protocol/events";
import type { Message } from "@/lib/protocol/messages";
import { createApi } from "./api";
import { createLoader } from "./loader";
import { createOutbox } from "./outbox";
import { createOutboxStore } from "./outbox-store";
import { applyEvent, initialState, type MessengerState, type Snapshot, showUnsent, withWindow } from "./state";
import type { Range } from "./transcript";

export type { Connection, MessengerState, OutboxItem, Snapshot } from "./state";
export type { Transcript } from "./transcript";

export type Messenger = ReturnType<typeof createMessenger>;

/** State and who listens to it: the core of a hundred stores. */
export function createStore<S>(initial: S) {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    getState: (): S => state,
    setState(next: S): void {
      if (Object.is(next, state)) return;
      state = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export type Store = ReturnType<typeof createStore<MessengerState>>;

export function createMessenger(snapshot: Snapshot) {
  let painted = initialState(snapshot);
  const store = createStore(painted);
  const { getState, setState, subscribe } = store;
  const views = new Map<string, Range>();
  const me = snapshot.me.id;

  const api = createApi({ userId: me, onUnauthorized: () => apply({ type: "signed_out" }, null) });
  const loader = createLoader({ store, api, viewOf: (id) => views.get(id) });
  const outbox = createOutbox({
    userId: me,
    api,
    store: createOutboxStore(globalThis.indexedDB, () => setState({ ...getState(), outboxDurable: false })),
    show: (item, shown) => setState(showUnsent(getState(), item, shown)),
    onSent: (message) => apply({ type: "sent", message }, null),
    tell: () => {},
  });

  function apply(event: StreamEvent, eventId: string | null): void {
    const message = event.type === "message" || event.type === "sent" ? event.message : null;
    setState(applyEvent(getState(), event, eventId, message ? views.get(message.conversationId) : undefined));
    loader.applied(event, eventId);
    if (message?.mine && message.clientId) void outbox.acknowledge(message.clientId);
    if (event.type === "signed_out") outbox.signOut();
  }

  return {
    getState,
    subscribe,
    /** The state of the first paint: what hydration compares with. */
    getInitialState: (): MessengerState => painted,
    apply,
    start(): () => void {
      void outbox.load();
      return outbox.lead();
    },
    /** Takes in a conversation that the server rendered; one that is held already is the fresher one. */
    seed(read: { conversation: Conversation; messages: readonly Message[] }): void {
      const before = getState();
      if (before.transcripts[read.conversation.id]?.messages.length) return;
      const next = withWindow(before, read);
      if (before === painted) painted = next;
      setState(next);
    },
    open: loader.open,
    loadOlder: loader.loadOlder,
    loadNewer: loader.loadNewer,
    jumpToLatest: loader.jumpToLatest,
    openAround: loader.openAround,
    loadMore: loader.loadMore,
    see(id: string, first: number, last: number): void {
      views.set(id, { first, last });
    },
    send: outbox.send,
    retry: outbox.retry,
    discard: outbox.discard,
    setDraft(id: string, text: string): void {
      const { drafts } = getState();
      if ((drafts[id] ?? "") !== text) setState({ ...getState(), drafts: { ...drafts, [id]: text } });
    },
    searchUsernames: api.usernames,
    async startConversation(username: string): Promise<Conversation> {
      const conversation = await api.startConversation(username);
      loader.take(conversation);
      return conversation;
    },
  };
}
