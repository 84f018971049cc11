import { PAGE_MAX, PAGE_SIZE } from "@/lib/protocol/limits";
import type { Message } from "@/lib/protocol/messages";
import type { Api, Page } from "../api";
import { ApiError } from "../request";
import type { ViewOf } from "../store/apply";
import { learnConversations } from "../store/conversations";
import type { Draft } from "../store/draft";
import type { HeldMessage } from "../store/state";
import type { Store } from "../store/store";
import { learnPage, learnWindow, openConversation, patchTranscript, setDivider } from "../store/transcripts";
import { inWindow, type Load, type Range, type Transcript } from "../store/window";
import type { Intake } from "./intake";

/** Messages that a scroll asks for. */
const HISTORY_PAGE = 50;

const FLAGS = { older: "loadingOlder", newer: "loadingNewer", window: "loadingWindow" } as const satisfies Record<Load, keyof Transcript>;

export type History = ReturnType<typeof createHistory>;

/**
 * Windows on conversations: what a person scrolls to, opens and jumps to. A load is tried once, and its failure stands in
 * the transcript.
 */
export function createHistory(options: {
  store: Store;
  api: Api;
  intake: Intake;
  viewOf: ViewOf;
  /** Where somebody who comes back goes on reading. */
  positionOf: (id: string) => { messageId: string } | null;
}) {
  const { store, api, intake, viewOf } = options;
  const { getState } = store;
  /** How to try again what failed last in a transcript; there are at most as many as transcripts. */
  const retries = new Map<string, () => Promise<void>>();

  function fetchPage(id: string, page: Page, learn: (draft: Draft, rows: Message[]) => void): Promise<unknown> {
    return intake.fetchInto(() => api.messages(id, page), learn);
  }

  /** What a person waits for: told in the transcript while it runs, and when it fails. */
  function show(id: string, load: Load, work: () => Promise<unknown>): Promise<void> {
    const patch = (fields: Partial<Transcript>) => store.change((draft) => patchTranscript(draft, id, fields));
    return intake.once(`${load} ${id}`, async () => {
      retries.delete(id);
      patch({ [FLAGS[load]]: true, failure: null });
      try {
        await work();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        retries.set(id, () => show(id, load, work));
        patch({ failure: { load, message: error.message } });
      } finally {
        patch({ [FLAGS[load]]: false });
      }
    });
  }

  function messagesOf(id: string): HeldMessage[] {
    return inWindow(getState().transcripts[id]);
  }

  function view(id: string, edge: 0 | -1): Range {
    const seq = messagesOf(id).at(edge)?.seq ?? 0;
    return viewOf(id) ?? { first: seq, last: seq };
  }

  async function loadOlder(id: string): Promise<void> {
    const first = messagesOf(id)[0];
    if (!first || getState().transcripts[id]?.atStart) return;
    const page = { before: first.id, limit: HISTORY_PAGE };
    await show(id, "older", () => fetchPage(id, page, (draft, rows) => learnPage(draft, id, rows, view(id, 0))));
  }

  async function loadNewer(id: string): Promise<void> {
    const last = messagesOf(id).at(-1);
    if (!last || getState().transcripts[id]?.atEnd) return;
    await show(id, "newer", () => fetchAfter(id, last.id, HISTORY_PAGE));
  }

  function fetchAfter(id: string, after: string, limit: number): Promise<unknown> {
    return fetchPage(id, { after, limit }, (draft, rows) => learnPage(draft, id, rows, view(id, -1)));
  }

  /** Loads nothing where the window follows the end already. */
  async function jumpToLatest(id: string): Promise<void> {
    if (getState().transcripts[id]?.atEnd) return;
    await show(id, "window", async () => {
      if (!getState().conversations.get(id)) {
        await intake.fetchInto(
          () => api.conversation(id),
          (draft, row) => {
            learnConversations(draft, [row]);
            setDivider(draft, id);
          },
        );
      }
      await fetchLatest(id);
    });
  }

  function fetchLatest(id: string): Promise<unknown> {
    // Room for what is unread, so that the divider is among what is loaded.
    const unread = getState().conversations.get(id)?.unreadCount ?? 0;
    const limit = Math.min(PAGE_MAX, Math.max(HISTORY_PAGE, unread + PAGE_SIZE));
    return fetchPage(id, { limit }, (draft, rows) => learnWindow(draft, id, rows, rows[0]?.seq ?? 0));
  }

  async function openAround(id: string, messageId: string): Promise<void> {
    if (getState().transcripts[id]?.ids.includes(messageId)) return;
    const page = { around: messageId, limit: HISTORY_PAGE };
    await show(id, "window", () => fetchPage(id, page, (draft, rows) => learnWindow(draft, id, rows)));
  }

  /** What failed last, where the reader still is; of a window that was left behind since, its latest. */
  async function loadAgain(id: string): Promise<void> {
    await (retries.get(id) ?? (() => jumpToLatest(id)))();
  }

  return {
    loadOlder,
    loadNewer,
    jumpToLatest,
    openAround,
    loadAgain,
    fetchLatest,
    /** What comes after the window's last message; nothing where it holds none. */
    async fetchNext(id: string): Promise<void> {
      const last = messagesOf(id).at(-1);
      if (last) await fetchAfter(id, last.id, PAGE_MAX);
    },
    open(id: string): () => void {
      store.change((draft) => openConversation(draft, id));
      const firstUnread = getState().transcripts[id]?.firstUnread ?? null;
      const position = options.positionOf(id);
      // One opens at the divider, where one left off, or at the end: a window with none of them was left behind by scrolling.
      if (position) void openAround(id, position.messageId);
      else if (!messagesOf(id).some(({ seq }) => seq === firstUnread)) void jumpToLatest(id);
      return () => {
        if (getState().openId === id) store.patch({ openId: null });
      };
    },
  };
}
