import type { Conversation } from "@/lib/protocol/conversations";
import type { StreamEvent } from "@/lib/protocol/events";
import { PAGE_MAX, PAGE_SIZE } from "@/lib/protocol/limits";
import type { Api } from "../api";
import { ApiError } from "../request";
import { learnConversations } from "../store/conversations";
import { endOfList, endOfPage, learnList, learnUnread, type Some } from "../store/list";
import type { Store } from "../store/store";
import type { Intake } from "./intake";

/** So many conversations that one replay tells of and that are not held are fetched one by one; more by the page. */
const FETCHED_ALONE_MAX = 5;

export type ListLoads = ReturnType<typeof createListLoads>;

/** What is fetched of the list of conversations. */
export function createListLoads({ store, api, intake }: { store: Store; api: Api; intake: Intake }) {
  const { getState } = store;

  /** The list from its top, by pages, until that is enough. */
  async function fetchList(isEnough: (rows: readonly Conversation[]) => boolean): Promise<Some> {
    const conversations: Conversation[] = [];
    for (;;) {
      const last = conversations.at(-1);
      const page = await api.conversations({ limit: PAGE_MAX, before: last && endOfPage(last) });
      conversations.push(...page);
      const hasMore = page.length === PAGE_MAX;
      if (!hasMore || isEnough(conversations)) return { conversations, hasMore };
    }
  }

  async function fetchUnread(): Promise<Some> {
    const conversations = await api.conversations({ unread: true, limit: PAGE_MAX });
    return { conversations, hasMore: conversations.length === PAGE_MAX };
  }

  function fetchOne(id: string): void {
    const fetch = () =>
      intake.fetchInto(
        () => api.conversation(id),
        (draft, row) => learnConversations(draft, [row]),
      );
    void intake.once(`conversation ${id}`, () => intake.insist(fetch));
  }

  /** They have the latest messages, so they stand at the top of the list. */
  function fetchTop(ids: ReadonlySet<string>): void {
    const hasAll = (rows: readonly Conversation[]) => rows.filter(({ id }) => ids.has(id)).length === ids.size;
    const fetch = () =>
      intake.fetchInto(
        () => fetchList(hasAll),
        (draft, { conversations }) => learnConversations(draft, conversations),
      );
    void intake.once("top of the list", () => intake.insist(fetch)).then(() => fetchUnknown(ids, 0));
  }

  function fetchUnknown(ids: ReadonlySet<string>, aloneMax = FETCHED_ALONE_MAX): void {
    const unknown = new Set([...ids].filter((id) => !getState().conversations.get(id)));
    if (unknown.size > aloneMax && aloneMax > 0) fetchTop(unknown);
    else for (const id of unknown) fetchOne(id);
  }

  return {
    fetchList,
    fetchUnread,
    /** The next page. A failure leaves the list as it is; scrolling asks again. */
    loadMore(): Promise<void> {
      return intake.once("more", async () => {
        if (!getState().hasMore) return;
        store.patch({ loadingMore: true });
        try {
          await intake.fetchInto(
            () => api.conversations({ before: endOfList(getState()), limit: PAGE_SIZE }),
            (draft, conversations) => learnList(draft, { conversations, hasMore: conversations.length === PAGE_SIZE }),
          );
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
        } finally {
          store.patch({ loadingMore: false });
        }
      });
    },
    /** All that is archived. Throws ApiError. */
    async loadArchived(): Promise<void> {
      for (let before: string | undefined; ; ) {
        const page = await intake.fetchInto(
          () => api.conversations({ archived: true, before, limit: PAGE_MAX }),
          (draft, rows) => learnConversations(draft, rows),
        );
        const last = page.at(-1);
        if (page.length < PAGE_MAX || !last) return;
        before = endOfPage(last);
      }
    },
    /** Fetches the conversations that these events tell of and that are not held. */
    fetchTold(events: readonly StreamEvent[]): void {
      const told = new Set<string>();
      for (const event of events) if (event.type === "message" || event.type === "sent") told.add(event.message.conversationId);
      fetchUnknown(told);
    },
    /** Where more have unread messages than are held, and those that are held have become few. */
    countUnread(): void {
      if (!getState().hasMoreUnread || getState().unread >= PAGE_MAX) return;
      void intake.once("unread", () => intake.insist(() => intake.fetchInto(fetchUnread, learnUnread)));
    },
    startConversation: (username: string): Promise<Conversation> =>
      intake.fetchInto(
        () => api.startConversation(username),
        (draft, row) => learnConversations(draft, [row]),
      ),
  };
}
