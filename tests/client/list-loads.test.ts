import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Api, ListPage } from "@/lib/client/api";
import { ApiError } from "@/lib/client/request";
import { createMessengerStore } from "@/lib/client/store/store";
import { createIntake } from "@/lib/client/sync/intake";
import { createListLoads } from "@/lib/client/sync/list-loads";
import type { Conversation } from "@/lib/protocol/conversations";
import type { StreamEvent } from "@/lib/protocol/events";
import { FAKE_TIMERS } from "./support/page";
import { at, direct, holding, said } from "./support/rows";

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
});
afterEach(() => {
  vi.useRealTimers();
});

/** The conversation whose last words were said that many minutes before the first one's. */
const nth = (i: number, fields: Partial<Conversation> = {}) => {
  const id = `c${String(i).padStart(4, "0")}`;
  const createdAt = at(1_000 - i);
  return direct({ id, lastMessage: said(1, { conversationId: id, createdAt }), listedAt: createdAt, ...fields });
};
const rows = (from: number, to: number, fields: Partial<Conversation> = {}) =>
  Array.from({ length: to - from }, (_, i) => nth(from + i, fields));

/** A page that holds these, on a server whose list is that long. */
function pageOf(held: readonly Conversation[], all: readonly Conversation[], more: Parameters<typeof holding>[1] = {}) {
  const store = createMessengerStore(holding(held, more));
  const intake = createIntake({ store, viewOf: () => undefined, onTaken() {} });
  const conversations = vi.fn(async ({ before, limit = 25 }: ListPage = {}) => {
    const after = before === undefined ? 0 : all.findIndex(({ id, lastMessage }) => lastMessage?.id === before || id === before) + 1;
    return all.slice(after, after + limit);
  });
  const conversation = vi.fn(async (id: string) => all.find((row) => row.id === id) as Conversation);
  const loads = createListLoads({ store, api: { conversations, conversation } as unknown as Api, intake });
  return { store, loads, conversations, conversation, ids: () => [...store.getState().conversations.ids()].sort() };
}

const news = (...of: Conversation[]): StreamEvent[] =>
  of.map(({ lastMessage }) => ({ type: "message", message: lastMessage as NonNullable<typeof lastMessage> }));
const settled = () => vi.advanceTimersByTimeAsync(0);

describe("The next page of the list", () => {
  test("is what comes after its last row, and the list says whether there is more", async () => {
    const all = rows(0, 60);
    const page = pageOf(all.slice(0, 25), all, { hasMore: true });
    const loading = page.loads.loadMore();
    expect(page.store.getState().loadingMore).toBe(true);
    await loading;
    expect(page.conversations).toHaveBeenCalledWith({ before: "c0024#1", limit: 25 });
    expect(page.store.getState()).toMatchObject({ loadingMore: false, hasMore: true });
    expect(page.store.getState().order).toEqual(all.slice(0, 50).map(({ id }) => id));
    await page.loads.loadMore();
    expect(page.store.getState()).toMatchObject({ hasMore: false, order: all.map(({ id }) => id) });
    await page.loads.loadMore();
    expect(page.conversations).toHaveBeenCalledTimes(2);
  });

  test("that does not come leaves the list as it is, and is asked for again by whoever scrolls", async () => {
    const all = rows(0, 30);
    const page = pageOf(all.slice(0, 25), all, { hasMore: true });
    page.conversations.mockRejectedValueOnce(new ApiError(500, { message: "No." }));
    await page.loads.loadMore();
    expect(page.store.getState()).toMatchObject({ loadingMore: false, hasMore: true });
    await page.loads.loadMore();
    expect(page.store.getState().order).toHaveLength(30);
  });

  test("that fails by a mistake of ours says so", async () => {
    const page = pageOf(rows(0, 25), [], { hasMore: true });
    page.conversations.mockRejectedValueOnce(new TypeError("a mistake"));
    await expect(page.loads.loadMore()).rejects.toThrow("a mistake");
    expect(page.store.getState().loadingMore).toBe(false);
  });
});

describe("What is archived", () => {
  test.each([0, 1, 100, 101, 250])("is loaded to its end, were it %i conversations", async (count) => {
    const all = rows(0, count, { archived: true });
    const page = pageOf([], all);
    await page.loads.loadArchived();
    expect(page.store.getState().archived).toEqual(all.map(({ id }) => id));
    expect(page.conversations.mock.calls.map(([asked]) => asked)).toEqual(
      [undefined, "c0099#1", "c0199#1"].slice(0, Math.floor(count / 100) + 1).map((before) => ({ archived: true, before, limit: 100 })),
    );
  });

  test("and does not come says so to whoever has asked", async () => {
    const page = pageOf([], []);
    page.conversations.mockRejectedValueOnce(new ApiError(500, { message: "No." }));
    await expect(page.loads.loadArchived()).rejects.toThrow("No.");
  });
});

describe("Conversations that the stream tells of and that are not held", () => {
  test("are fetched one by one where they are few, and those that are held are not", async () => {
    const all = rows(0, 6);
    const page = pageOf([nth(0)], all);
    page.loads.fetchTold([...news(...all), ...news(...all), { type: "presence", online: [], offline: [], complete: true }]);
    await settled();
    expect(page.conversation.mock.calls.map(([id]) => id)).toEqual(all.slice(1).map(({ id }) => id));
    expect(page.conversations).not.toHaveBeenCalled();
    expect(page.ids()).toEqual(all.map(({ id }) => id));
  });

  test("are fetched too where one has written there on another device", async () => {
    const page = pageOf([], [nth(0)]);
    page.loads.fetchTold([{ type: "sent", message: said(1, { conversationId: "c0000", mine: true }) }]);
    await settled();
    expect(page.ids()).toEqual(["c0000"]);
  });

  test("are fetched by the page from the top of the list where they are many", async () => {
    const all = rows(0, 300);
    const page = pageOf([], all);
    page.loads.fetchTold(news(...all.slice(0, 6)));
    await settled();
    expect(page.conversations.mock.calls).toEqual([[{ limit: 100, before: undefined }]]);
    expect(page.conversation).not.toHaveBeenCalled();
    expect(page.ids()).toHaveLength(100);
  });

  test("are looked for further down until all are there", async () => {
    const all = rows(0, 300);
    const page = pageOf([], all);
    page.loads.fetchTold(news(...all.slice(0, 5), nth(150)));
    await settled();
    expect(page.conversations.mock.calls.map(([asked]) => asked?.before)).toEqual([undefined, "c0099#1"]);
    expect(page.ids()).toHaveLength(200);
  });

  test("are looked for to the end of the list, and what the list does not have is fetched alone", async () => {
    const all = rows(0, 120);
    const page = pageOf([], all);
    const hidden = nth(500);
    page.conversation.mockResolvedValueOnce(hidden);
    page.loads.fetchTold(news(...all.slice(0, 5), hidden));
    await settled();
    expect(page.conversations).toHaveBeenCalledTimes(2);
    expect(page.conversation.mock.calls).toEqual([["c0500"]]);
    expect(page.ids()).toContain("c0500");
  });

  test("are asked for until the server answers, once at a time", async () => {
    const page = pageOf([], [nth(0)]);
    page.conversation.mockRejectedValueOnce(new ApiError(500, { message: "No." }));
    page.loads.fetchTold(news(nth(0)));
    page.loads.fetchTold(news(nth(0)));
    await settled();
    expect(page.conversation).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(page.ids()).toEqual(["c0000"]);
  });
});

describe("What is unread further down than is held", () => {
  const unread = (count: number) => rows(0, count, { readSeq: 0 });
  const more = (conversations: Conversation[]) => ({ unread: { conversations, hasMore: true } });

  test("is asked for where more is unread than is held, and what is held has become little", async () => {
    const all = unread(120);
    const page = pageOf([], all, more(all.slice(0, 99)));
    page.loads.countUnread();
    page.loads.countUnread();
    await settled();
    expect(page.conversations.mock.calls).toEqual([[{ unread: true, limit: 100 }]]);
    expect(page.store.getState()).toMatchObject({ unread: 100, hasMoreUnread: true });
  });

  test("is not asked for where a title can count no more, or nothing more is unread", async () => {
    const all = unread(120);
    const full = pageOf([], all, more(all.slice(0, 100)));
    full.loads.countUnread();
    const known = pageOf([], all, { unread: { conversations: all.slice(0, 3), hasMore: false } });
    known.loads.countUnread();
    await settled();
    expect(full.conversations).not.toHaveBeenCalled();
    expect(known.conversations).not.toHaveBeenCalled();
  });

  test("is known to its end once there is no more", async () => {
    const page = pageOf([], unread(7), more(unread(3)));
    page.loads.countUnread();
    await settled();
    expect(page.store.getState()).toMatchObject({ unread: 7, hasMoreUnread: false });
  });
});

describe("The list from its top", () => {
  test.each([
    [50, 50, 1, false],
    [100, 100, 2, false],
    [150, 100, 1, true],
    [250, 101, 2, true],
  ])("of %i conversations, of which %i are wanted, is %i pages", async (length, wanted, pages, hasMore) => {
    const page = pageOf([], rows(0, length));
    const listed = await page.loads.fetchList((read) => read.length >= wanted && wanted < length);
    expect(page.conversations).toHaveBeenCalledTimes(pages);
    expect(listed).toEqual({ conversations: rows(0, Math.min(length, pages * 100)), hasMore });
  });
});

test("Who is found has a conversation with the answer", async () => {
  const page = pageOf([], []);
  const startConversation = vi.fn(async () => nth(0));
  const { store } = page;
  const intake = createIntake({ store, viewOf: () => undefined, onTaken() {} });
  const loads = createListLoads({ store, api: { startConversation } as unknown as Api, intake });
  expect(await loads.startConversation("ann")).toEqual(nth(0));
  expect(startConversation).toHaveBeenCalledWith("ann");
  expect(page.ids()).toEqual(["c0000"]);
});
