import type { Conversation } from "@/lib/protocol/conversations";
import type { StreamEvent } from "@/lib/protocol/events";
import { PAGE_MAX, PAGE_SIZE } from "@/lib/protocol/limits";
import type { Message } from "@/lib/protocol/messages";
import { type Api, ApiError, type Page } from "./api";
import { applyEvent, mergeConversations, mergeList, type MessengerState, openConversation, setTranscript, withPage, withWindow } from "./state";
import type { Store } from "./store";
import { EMPTY, hasGap, type Range, type Transcript } from "./transcript";

/** Messages that a scroll asks for. */
const HISTORY_PAGE = 50;
/** How long the stream may take to bring what is missing before it is fetched. */
const GAP_PATIENCE_MS = 250;
/** Windows that are kept for coming back to. */
const TRANSCRIPTS_KEPT = 10;

/**
 * All that is fetched into the state. What happens between the moment an answer was read and the moment it
 * arrives is applied to it again, so a slow answer never takes back what the stream has told.
 */
export function createLoader(options: { store: Store; api: Api; viewOf: (id: string) => Range | undefined }) {
  const { store, api, viewOf } = options;
  const { getState, setState } = store;
  const journals = new Set<[StreamEvent, string | null][]>();
  const fetching = new Set<string>();
  const filling = new Set<string>();

  async function fetchInto<T>(request: () => Promise<T>, merge: (state: MessengerState, answer: T) => MessengerState): Promise<void> {
    const meanwhile: [StreamEvent, string | null][] = [];
    journals.add(meanwhile);
    try {
      const answer = await request();
      const merged = merge(getState(), answer);
      setState(meanwhile.reduce((state, [event, id]) => applyEvent(state, event, id), merged));
    } finally {
      journals.delete(meanwhile);
    }
    healGaps();
  }

  /** Loads into a transcript: one load of a kind at a time, its failure told in the transcript. */
  async function load(
    id: string,
    flag: "loadingOlder" | "loadingNewer" | "loadingWindow",
    page: Page,
    merge: (state: MessengerState, rows: Message[]) => MessengerState,
  ): Promise<void> {
    const key = `${flag} ${id}`;
    if (fetching.has(key)) return;
    fetching.add(key);
    patch(id, { [flag]: true, error: null });
    try {
      if (!getState().conversations[id]) await fetchInto(() => api.conversation(id), (state, row) => mergeConversations(state, [row]));
      await fetchInto(() => api.messages(id, page), merge);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      patch(id, { error: error.message });
    } finally {
      fetching.delete(key);
      patch(id, { [flag]: false });
    }
  }

  function patch(id: string, change: Partial<Transcript>): void {
    const transcript = getState().transcripts[id];
    if (transcript) setState(setTranscript(getState(), id, { ...transcript, ...change }));
  }

  function view(id: string, edge: "first" | "last"): Range {
    const messages = getState().transcripts[id]?.messages ?? [];
    const seq = (edge === "first" ? messages[0] : messages.at(-1))?.seq ?? 0;
    return viewOf(id) ?? { first: seq, last: seq };
  }

  async function loadOlder(id: string): Promise<void> {
    const first = getState().transcripts[id]?.messages[0];
    if (!first || first.seq === 1) return;
    await load(id, "loadingOlder", { before: first.id, limit: HISTORY_PAGE }, (state, rows) => withPage(state, id, rows, view(id, "first")));
  }

  async function loadNewer(id: string, limit = HISTORY_PAGE): Promise<void> {
    const last = getState().transcripts[id]?.messages.at(-1);
    if (last) await load(id, "loadingNewer", { after: last.id, limit }, (state, rows) => withPage(state, id, rows, view(id, "last")));
  }

  async function jumpToLatest(id: string): Promise<void> {
    if (getState().transcripts[id]?.atEnd) return;
    // Room for what is unread, so that the divider is among what is loaded.
    const limit = Math.min(PAGE_MAX, Math.max(HISTORY_PAGE, (getState().conversations[id]?.unreadCount ?? 0) + PAGE_SIZE));
    await load(id, "loadingWindow", { limit }, (state, messages) => withWindow(state, { messages }, id));
  }

  async function openAround(id: string, messageId: string): Promise<void> {
    if (getState().transcripts[id]?.messages.some((message) => message.id === messageId)) return;
    await load(id, "loadingWindow", { around: messageId, limit: HISTORY_PAGE }, (state, messages) => withWindow(state, { messages }, id));
  }

  function open(id: string): () => void {
    setState(evict(openConversation(getState(), id)));
    if (!getState().transcripts[id]?.messages.length) void jumpToLatest(id);
    return () => {
      if (getState().openId === id) setState({ ...getState(), openId: null });
    };
  }

  async function loadMore(): Promise<void> {
    const { hasMore, loadingMore, order } = getState();
    if (!hasMore || loadingMore) return;
    setState({ ...getState(), loadingMore: true });
    try {
      const page = { before: order.at(-1), limit: PAGE_SIZE };
      await fetchInto(() => api.conversations(page), (state, rows) => mergeList(state, rows, rows.length === PAGE_SIZE));
    } catch (error) {
      // The list stays as it is, and asks again when it is scrolled again.
      if (!(error instanceof ApiError)) throw error;
    } finally {
      setState({ ...getState(), loadingMore: false });
    }
  }

  async function fetchConversation(id: string): Promise<void> {
    if (fetching.has(id)) return;
    fetching.add(id);
    try {
      await fetchInto(() => api.conversation(id), (state, row) => mergeConversations(state, [row]));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    } finally {
      fetching.delete(id);
    }
  }

  function healGaps(): void {
    const { transcripts, conversations } = getState();
    for (const [id, transcript] of Object.entries(transcripts)) {
      if (filling.has(id) || transcript.error || !hasGap(transcript, conversations[id]?.lastMessage?.seq ?? 0)) continue;
      filling.add(id);
      setTimeout(() => void fill(id).finally(() => filling.delete(id)), GAP_PATIENCE_MS);
    }
  }

  /** Fetches what is missing; a window that it does not fit on starts over at the latest. */
  async function fill(id: string): Promise<void> {
    for (;;) {
      const { transcripts, conversations } = getState();
      const before = transcripts[id];
      if (!before || before.error || !hasGap(before, conversations[id]?.lastMessage?.seq ?? 0)) return;
      const lastSeq = before.messages.at(-1)?.seq;
      if (lastSeq !== undefined) await loadNewer(id, PAGE_MAX);
      if (getState().transcripts[id]?.messages.at(-1)?.seq !== lastSeq) continue;
      patch(id, { atEnd: false, ahead: [] });
      await jumpToLatest(id);
      return;
    }
  }

  return {
    open,
    loadOlder,
    loadNewer: (id: string) => loadNewer(id),
    jumpToLatest,
    openAround,
    loadMore,
    take(conversation: Conversation): void {
      setState(mergeConversations(getState(), [conversation]));
      healGaps();
    },
    /** An event was applied: it joins every answer that is still on its way, and what it shows to be missing is fetched. */
    applied(event: StreamEvent, eventId: string | null): void {
      for (const journal of journals) journal.push([event, eventId]);
      if (event.type === "message" || event.type === "sent") {
        if (!getState().conversations[event.message.conversationId]) void fetchConversation(event.message.conversationId);
      }
      healGaps();
    },
  };
}

function evict(state: MessengerState): MessengerState {
  const ids = Object.keys(state.transcripts);
  if (ids.length <= TRANSCRIPTS_KEPT) return state;
  const oldest = ids.find((id) => id !== state.openId);
  const { [oldest ?? ""]: _, ...transcripts } = state.transcripts;
  return { ...state, transcripts };
}
