import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Api, Page } from "@/lib/client/api";
import { ApiError } from "@/lib/client/request";
import { createMessengerStore } from "@/lib/client/store/store";
import { inWindow, type Range } from "@/lib/client/store/window";
import { createIntake } from "@/lib/client/sync/intake";
import type { ListLoads } from "@/lib/client/sync/list-loads";
import { createReload } from "@/lib/client/sync/reload";
import type { Message } from "@/lib/protocol/messages";
import { direct, holding, said, user } from "./support/rows";

const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, i) => said(from + i));
const failure = (status: number) => new ApiError(status, { message: "No." });

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A page on `c`, with these messages on screen. */
function pageOf(messages: readonly Message[] | null, options: { end?: number; view?: Range; visible?: boolean } = {}) {
  const row = direct({ lastMessage: said(options.end ?? 3) });
  const transcript = messages ? { conversation: row, messages } : undefined;
  const store = createMessengerStore(holding([row, direct({ id: "d" })], { transcript }));
  let visible = options.visible ?? true;
  const api = {
    authUser: vi.fn(async () => user("me")),
    conversation: vi.fn(async () => row),
    conversations: vi.fn(async () => [direct({ id: "p", pinned: 1 })]),
    messages: vi.fn(async (_id: string, page: Page) => (page.around ? upTo(2) : upTo(options.end ?? 3))),
  };
  const list = {
    fetchList: vi.fn(async (_isEnough: (rows: readonly unknown[]) => boolean) => ({ conversations: [row], hasMore: true })),
    fetchUnread: vi.fn(async () => ({ conversations: [], hasMore: false })),
  };
  const onReplaced = vi.fn();
  const viewOf = () => options.view;
  const reload = createReload({
    store,
    api: api as unknown as Api,
    intake: createIntake({ store, viewOf, onTaken() {} }),
    list: list as unknown as ListLoads,
    viewOf,
    isVisible: () => visible,
    onReplaced,
  });
  const show = (is: boolean) => {
    visible = is;
    reload.wake();
  };
  return {
    reload: reload.reload,
    show,
    store,
    api,
    list,
    onReplaced,
    seqs: () => inWindow(store.getState().transcripts.c).map(({ seq }) => seq),
  };
}

describe("A fresh load", () => {
  test("asks for who one is, as much of the list as there was, what is unread, all that is pinned, and what is on screen", async () => {
    const page = pageOf(upTo(3));
    void page.reload();
    await vi.advanceTimersByTimeAsync(499);
    expect(page.api.authUser).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(page.api.conversations.mock.calls).toEqual([[{ pinned: true, limit: 100 }]]);
    expect(page.api.conversation.mock.calls).toEqual([["c"]]);
    expect(page.api.messages.mock.calls).toEqual([["c", { limit: 100 }]]);
    const [[isEnough] = []] = page.list.fetchList.mock.calls;
    expect([1, 2, 3].map((length) => isEnough?.(Array.from({ length })))).toEqual([false, true, true]);
    expect(page.store.getState()).toMatchObject({ openId: "c", order: ["p", "c"], hasMore: true });
    expect(page.onReplaced).toHaveBeenCalledTimes(1);
  });

  test("asks for no conversation where none is open", async () => {
    const page = pageOf(null);
    void page.reload();
    await vi.advanceTimersByTimeAsync(500);
    expect(page.api.conversation).not.toHaveBeenCalled();
    expect(page.store.getState()).toMatchObject({ openId: null, order: ["p", "c"] });
  });

  test("finds the reader at the message at the top of the screen", async () => {
    const page = pageOf(upTo(3), { end: 9, view: { first: 2, last: 3 } });
    void page.reload();
    await vi.advanceTimersByTimeAsync(500);
    expect(page.api.messages.mock.calls).toEqual([["c", { around: "c#2", limit: 100 }]]);
    expect(page.seqs()).toEqual([1, 2]);
  });

  test("shows the latest where that message is gone, or the reader was at the end", async () => {
    const gone = pageOf(upTo(3), { end: 9, view: { first: 2, last: 3 } });
    gone.api.messages.mockRejectedValueOnce(failure(404));
    const atEnd = pageOf(upTo(3), { view: { first: 2, last: 3 } });
    for (const page of [gone, atEnd]) {
      void page.reload();
      await vi.advanceTimersByTimeAsync(500);
      expect(page.api.messages).toHaveBeenLastCalledWith("c", { limit: 100 });
    }
    expect([gone.seqs().at(-1), atEnd.seqs().at(-1)]).toEqual([9, 3]);
  });

  test("shows a conversation no more that is gone", async () => {
    const page = pageOf(upTo(3));
    page.api.conversation.mockRejectedValue(failure(404));
    void page.reload();
    await vi.advanceTimersByTimeAsync(500);
    expect(page.store.getState()).toMatchObject({ openId: null, transcripts: {} });
  });

  test.each([0, 500])("is tried again as a whole where the conversation does not come for a failure of %i", async (status) => {
    const page = pageOf(upTo(3));
    page.api.conversation.mockRejectedValueOnce(failure(status));
    void page.reload();
    await vi.advanceTimersByTimeAsync(500);
    expect(page.onReplaced).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(750);
    expect(page.onReplaced).toHaveBeenCalledTimes(1);
    expect(page.store.getState().openId).toBe("c");
  });

  test("is made once however often it is told to before it begins, and once more where it is told to after", async () => {
    const page = pageOf(upTo(3));
    void page.reload();
    void page.reload();
    await vi.advanceTimersByTimeAsync(500);
    expect(page.api.authUser).toHaveBeenCalledTimes(1);
    void page.reload();
    page.api.conversation.mockImplementationOnce(async () => {
      void page.reload();
      return direct();
    });
    await vi.advanceTimersByTimeAsync(500);
    expect(page.api.authUser).toHaveBeenCalledTimes(3);
    expect(page.onReplaced).toHaveBeenCalledTimes(3);
  });

  test("of a page that nobody looks at waits for a while, or until somebody does", async () => {
    const page = pageOf(upTo(3), { visible: false });
    void page.reload();
    await vi.advanceTimersByTimeAsync(20_000);
    page.show(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(page.api.authUser).not.toHaveBeenCalled();
    page.show(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(page.onReplaced).toHaveBeenCalledTimes(1);
    const other = pageOf(upTo(3), { visible: false });
    void other.reload();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(other.onReplaced).toHaveBeenCalledTimes(1);
  });
});
