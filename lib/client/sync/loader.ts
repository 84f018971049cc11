import type { Conversation } from "@/lib/protocol/conversations";
import type { StreamEvent } from "@/lib/protocol/events";
import { PAGE_MAX, PAGE_SIZE } from "@/lib/protocol/limits";
import type { Message } from "@/lib/protocol/messages";
import { type Api, ApiError, type Page } from "../api";
import {
  type ConversationSnapshot,
  endOfList,
  type MessengerState,
  mergeConversations,
  mergeList,
  mergeUnread,
  openConversation,
  replaceAll,
  type Some,
  setTranscript,
  takeIn,
  unreadTotal,
  withDivider,
  withPage,
  withWindow,
} from "../store/state";
import type { Store } from "../store/store";
import { hasGap, type Load, type Range, type Transcript } from "../store/transcript";
import { createJournals } from "./journals";
import { createPause } from "./retry";

/** Messages that a scroll asks for. */
const HISTORY_PAGE = 50;
/** How long the stream may take to bring what is missing before it is fetched. */
const GAP_PATIENCE_MS = 250;
/** Milliseconds over which fresh loads scatter where the server names none, and those of pages that nobody looks at. */
const RELOAD_WITHIN_MS = 1_000;
const UNSEEN_WITHIN_MS = 60_000;
/** Windows that are kept for coming back to. */
const TRANSCRIPTS_KEPT = 10;

const FLAGS = { older: "loadingOlder", newer: "loadingNewer", window: "loadingWindow" } as const satisfies Record<Load, keyof Transcript>;

/**
 * All that is fetched into the state. What happens between the moment an answer was read and the moment it
 * arrives is applied to it again, so a slow answer never takes back what the stream has told.
 *
 * What a person asks for (a page, a window) is tried once, and its failure stands in the transcript. What
 * the state needs in order to be right (a gap, an unknown conversation, a fresh load) is tried until it succeeds.
 */
export function createLoader(options: {
  store: Store;
  api: Api;
  viewOf: (id: string) => Range | undefined;
  /** Where somebody who comes back goes on reading. */
  positionOf: (id: string) => { messageId: string } | null;
  applyTo: (state: MessengerState, event: StreamEvent) => MessengerState;
  isVisible: () => boolean;
  /** The state was loaded afresh. */
  onReplaced: () => void;
}) {
  const { store, api, viewOf, applyTo } = options;
  const { getState, setState } = store;
  const journals = createJournals();
  const running = new Map<string, Promise<void>>();
  /** Conversations whose gap the server refuses to fill; there are at most as many as transcripts. */
  const unfillable = new Set<string>();
  /** How to try again what failed last in a transcript; there are at most as many as transcripts. */
  const retries = new Map<string, () => Promise<void>>();
  const pause = createPause();
  const scattered = createPause();
  /** How often the server has said that what is held is of no use, and of how many of these a fresh load has come. */
  let resets = 0;
  let reloads = 0;

  /** The one way in for answers. One that was asked for before a fresh load may tell what never happened: it is asked for again. */
  async function fetchInto<T>(request: () => Promise<T>, merge: (state: MessengerState, answer: T) => MessengerState): Promise<T> {
    const asked = resets;
    const journal = journals.begin();
    try {
      const answer = await request();
      if (reloads > asked) return await fetchInto(request, merge);
      setState(journal.events.reduce(applyTo, merge(getState(), answer)));
      healGaps();
      return answer;
    } finally {
      journal.end();
    }
  }

  /** One at a time of a name; who asks meanwhile waits for the same one. */
  function once(name: string, work: () => Promise<unknown>): Promise<void> {
    const run =
      running.get(name) ??
      work()
        .then(() => {})
        .finally(() => running.delete(name));
    running.set(name, run);
    return run;
  }

  /** Until it succeeds (true), or the server refuses it (false). Whoever is signed out asks again once they are back. */
  async function insist(work: () => Promise<unknown>): Promise<boolean> {
    for (let failures = 0; ; failures++) {
      try {
        await work();
        return true;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) await pause.untilWoken();
        else if (error.transient) await pause.sleep(failures, error.retryAfter);
        else return false;
      }
    }
  }

  async function fetchPage(id: string, page: Page, merge: (state: MessengerState, rows: Message[]) => MessengerState): Promise<void> {
    await fetchInto(() => api.messages(id, page), merge);
  }

  async function fetchConversation(id: string): Promise<void> {
    await fetchInto(
      () => api.conversation(id),
      (state, row) => mergeConversations(state, [row]),
    );
  }

  /** What a person waits for: told in the transcript while it runs, and when it fails. */
  function show(id: string, load: Load, work: () => Promise<void>): Promise<void> {
    const flag = FLAGS[load];
    return once(`${load} ${id}`, async () => {
      retries.delete(id);
      patch(id, { [flag]: true, failure: null });
      try {
        await work();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        retries.set(id, () => show(id, load, work));
        patch(id, { failure: { load, message: error.message } });
      } finally {
        patch(id, { [flag]: false });
      }
    });
  }

  function patch(id: string, change: Partial<Transcript>): void {
    const transcript = getState().transcripts[id];
    const differs = transcript && Object.entries(change).some(([key, value]) => transcript[key as keyof Transcript] !== value);
    if (differs) setState(setTranscript(getState(), id, { ...transcript, ...change }));
  }

  function view(id: string, edge: "first" | "last"): Range {
    const messages = getState().transcripts[id]?.messages ?? [];
    const seq = (edge === "first" ? messages[0] : messages.at(-1))?.seq ?? 0;
    return viewOf(id) ?? { first: seq, last: seq };
  }

  async function loadOlder(id: string): Promise<void> {
    const { messages, atStart } = getState().transcripts[id] ?? {};
    const first = messages?.[0];
    if (!first || atStart) return;
    const page = { before: first.id, limit: HISTORY_PAGE };
    await show(id, "older", () => fetchPage(id, page, (state, rows) => withPage(state, id, rows, view(id, "first"))));
  }

  async function loadNewer(id: string): Promise<void> {
    const { messages, atEnd } = getState().transcripts[id] ?? {};
    const last = messages?.at(-1);
    if (!last || atEnd) return;
    await show(id, "newer", () => fetchAfter(id, last, HISTORY_PAGE));
  }

  function fetchAfter(id: string, last: Message, limit: number): Promise<void> {
    return fetchPage(id, { after: last.id, limit }, (state, rows) => withPage(state, id, rows, view(id, "last")));
  }

  /** Loads nothing where the window follows the end already. */
  async function jumpToLatest(id: string): Promise<void> {
    if (getState().transcripts[id]?.atEnd) return;
    await show(id, "window", async () => {
      if (!getState().conversations[id]) {
        await fetchConversation(id);
        setState(withDivider(getState(), id));
      }
      await fetchLatest(id);
    });
  }

  function fetchLatest(id: string): Promise<void> {
    // Room for what is unread, so that the divider is among what is loaded.
    const unread = getState().conversations[id]?.unreadCount ?? 0;
    const limit = Math.min(PAGE_MAX, Math.max(HISTORY_PAGE, unread + PAGE_SIZE));
    return fetchPage(id, { limit }, (state, messages) => withWindow(state, id, messages, messages[0]?.seq ?? 0));
  }

  async function openAround(id: string, messageId: string): Promise<void> {
    if (getState().transcripts[id]?.messages.some((message) => message.id === messageId)) return;
    const page = { around: messageId, limit: HISTORY_PAGE };
    await show(id, "window", () => fetchPage(id, page, (state, messages) => withWindow(state, id, messages)));
  }

  /** What failed last, where the reader still is; of a window that was left behind since, its latest. */
  async function loadAgain(id: string): Promise<void> {
    await (retries.get(id) ?? (() => jumpToLatest(id)))();
  }

  function open(id: string): () => void {
    setState(evict(openConversation(getState(), id)));
    const { firstUnread = null, messages = [] } = getState().transcripts[id] ?? {};
    const position = options.positionOf(id);
    // One opens at the divider, where one left off, or at the end: a window with none of them was left behind by scrolling.
    if (position) void openAround(id, position.messageId);
    else if (!messages.some(({ seq }) => seq === firstUnread)) void jumpToLatest(id);
    return () => {
      if (getState().openId === id) setState({ ...getState(), openId: null });
    };
  }

  /** A failure leaves the list as it is; scrolling asks again. */
  function loadMore(): Promise<void> {
    return once("more", async () => {
      if (!getState().hasMore) return;
      setState({ ...getState(), loadingMore: true });
      try {
        await fetchInto(
          () => api.conversations({ before: endOfList(getState()), limit: PAGE_SIZE }),
          (state, rows) => mergeList(state, rows, rows.length === PAGE_SIZE),
        );
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      } finally {
        setState({ ...getState(), loadingMore: false });
      }
    });
  }

  function healGaps(): void {
    for (const id of Object.keys(getState().transcripts)) {
      if (!lacks(id)) continue;
      void once(`gap ${id}`, async () => {
        await new Promise((resolve) => setTimeout(resolve, GAP_PATIENCE_MS));
        while (lacks(id)) if (!(await insist(() => fill(id)))) unfillable.add(id);
      });
    }
  }

  function lacks(id: string): boolean {
    const { transcripts, conversations } = getState();
    const transcript = transcripts[id];
    return transcript !== undefined && !unfillable.has(id) && hasGap(transcript, conversations[id]?.lastMessage?.seq ?? 0);
  }

  /** Fetches what is missing next. Where that does not fit on, the window starts over at the latest. */
  async function fill(id: string): Promise<void> {
    const last = getState().transcripts[id]?.messages.at(-1);
    if (last) await fetchAfter(id, last, PAGE_MAX);
    if (getState().transcripts[id]?.messages.at(-1)?.seq === last?.seq) await fetchLatest(id);
  }

  /**
   * Everything that is shown, afresh; once more where it was asked for again meanwhile. Many are told to at one moment: so
   * a page waits by chance, and one that nobody looks at until somebody does.
   */
  function reload(within = RELOAD_WITHIN_MS): Promise<void> {
    resets++;
    return once("reload", async () => {
      await scattered.rest(Math.random() * (options.isVisible() ? within : Math.max(within, UNSEEN_WITHIN_MS)));
      for (let done = 0; done !== resets; ) {
        const asked = resets;
        unfillable.clear();
        await insist(() =>
          fetchInto(fetchAll, (state, answer) => {
            reloads = asked;
            return replaceAll(state, answer);
          }),
        );
        options.onReplaced();
        done = asked;
      }
    });
  }

  async function fetchAll(): Promise<Parameters<typeof replaceAll>[1]> {
    const { order, openId } = getState();
    const [me, list, unread, open] = await Promise.all([
      api.authUser(),
      fetchList(order.length),
      fetchUnread(),
      openId === null ? null : fetchOpen(openId).catch(nullIfMissing),
    ]);
    return { me, ...list, unread, open };
  }

  async function fetchUnread(): Promise<Some> {
    const conversations = await api.conversations({ unread: true, limit: PAGE_MAX });
    return { conversations, hasMore: conversations.length === PAGE_MAX };
  }

  /** Where more have unread messages than are held, and those that are held have become few. */
  function countUnread(): void {
    if (!getState().hasMoreUnread || unreadTotal(getState()) >= PAGE_MAX) return;
    void once("unread", () => insist(() => fetchInto(fetchUnread, mergeUnread)));
  }

  /** As many of the list as were loaded. */
  async function fetchList(count: number): Promise<{ conversations: Conversation[]; hasMore: boolean }> {
    const conversations: Conversation[] = [];
    for (;;) {
      const page = await api.conversations({ limit: PAGE_MAX, before: conversations.at(-1)?.lastMessage?.id });
      conversations.push(...page);
      const hasMore = page.length === PAGE_MAX;
      if (!hasMore || conversations.length >= count) return { conversations, hasMore };
    }
  }

  /** The open conversation where it is being read; the latest where it is read at its end, or that message is gone. */
  async function fetchOpen(id: string): Promise<{ conversation: Conversation; messages: Message[] }> {
    const held = getState().transcripts[id];
    const first = viewOf(id)?.first;
    const topmost = held?.atEnd ? undefined : held?.messages.find((message) => message.seq === first)?.id;
    const conversation = await api.conversation(id);
    const around = topmost === undefined ? null : await api.messages(id, { around: topmost, limit: PAGE_MAX }).catch(nullIfMissing);
    return { conversation, messages: around ?? (await api.messages(id, { limit: PAGE_MAX })) };
  }

  return {
    open,
    loadOlder,
    loadNewer,
    jumpToLatest,
    openAround,
    loadAgain,
    loadMore,
    /** A page of this conversation is about to be asked for. */
    expect: journals.expect,
    /**
     * Takes in a conversation that the server has painted. False where that may have been read before what the stream has
     * brought: a page that was not asked for just now, but kept by the browser for going back to.
     */
    takeExpected(painted: ConversationSnapshot): boolean {
      const since = journals.takeExpected(painted.conversation.id);
      if (since) setState(since.reduce(applyTo, takeIn(getState(), painted)));
      healGaps();
      return since !== null;
    },
    startConversation: (username: string): Promise<Conversation> =>
      fetchInto(
        () => api.startConversation(username),
        (state, row) => mergeConversations(state, [row]),
      ),
    /** There is reason to hope for a connection. */
    wake(): void {
      pause.wake();
      if (options.isVisible()) scattered.wake();
      unfillable.clear();
      healGaps();
      const { openId, transcripts } = getState();
      if (openId !== null && transcripts[openId]?.failure) void loadAgain(openId);
    },
    /** An event was applied: it joins every answer that is on its way, and what it shows to be missing is fetched. */
    applied(event: StreamEvent): void {
      journals.record(event);
      if (event.type === "reset") {
        journals.forgetExpected();
        void reload(event.within);
      }
      if (event.type === "message" || event.type === "sent") {
        const id = event.message.conversationId;
        if (!getState().conversations[id]) void once(`conversation ${id}`, () => insist(() => fetchConversation(id)));
      }
      healGaps();
      countUnread();
    },
  };
}

function nullIfMissing(error: unknown): null {
  if (error instanceof ApiError && error.status === 404) return null;
  throw error;
}

function evict(state: MessengerState): MessengerState {
  const ids = Object.keys(state.transcripts);
  if (ids.length <= TRANSCRIPTS_KEPT) return state;
  const oldest = ids.find((id) => id !== state.openId) ?? "";
  const { [oldest]: _, ...transcripts } = state.transcripts;
  return { ...state, transcripts };
}
