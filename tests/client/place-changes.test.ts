import { describe, expect, test, vi } from "vitest";
import type { Api } from "@/lib/client/api";
import { learnConversations } from "@/lib/client/store/conversations";
import { placeAfter } from "@/lib/client/store/places";
import type { HeldConversation } from "@/lib/client/store/state";
import { createMessengerStore } from "@/lib/client/store/store";
import { createIntake } from "@/lib/client/sync/intake";
import { createPlaces } from "@/lib/client/sync/places";
import type { Conversation } from "@/lib/protocol/conversations";
import type { Message } from "@/lib/protocol/messages";
import { direct, group, holding, quiet, said } from "./support/rows";

/** A page that holds these, and the messages of `c` on screen; what it asks for is answered when the test says so. */
function pageOf(rows: readonly Conversation[], messages?: readonly Message[]) {
  const [first] = rows;
  const transcript = first && messages && { conversation: first, messages };
  const store = createMessengerStore(holding(rows, { transcript }));
  let answer: { resolve: (row: Conversation) => void; reject: (error: Error) => void } | undefined;
  const changePlace = vi.fn(() => new Promise<Conversation>((resolve, reject) => (answer = { resolve, reject })));
  const markRead = vi.fn(async () => null);
  const markAllRead = vi.fn(async () => null);
  const onMarkedUnread = vi.fn();
  const intake = createIntake({ store, viewOf: () => undefined, onTaken() {} });
  const places = createPlaces({ store, api: { changePlace, markRead, markAllRead } as unknown as Api, intake, onMarkedUnread });
  const row = (id = "c") => store.getState().conversations.get(id);
  return { store, places, row, changePlace, markRead, markAllRead, onMarkedUnread, answer: () => answer };
}

describe("What one sets for oneself in a conversation", () => {
  test("is so at once, and then as the server says", async () => {
    const page = pageOf([direct()]);
    const asked = page.places.changePlace("c", { pinned: 3 });
    expect(page.changePlace).toHaveBeenCalledWith("c", { pinned: 3 });
    expect(page.row()?.pinned).toBe(3);
    page.answer()?.resolve(direct({ pinned: 4, placeVersion: 1 }));
    await asked;
    expect(page.row()).toMatchObject({ pinned: 4, placeVersion: 1 });
  });

  test("is as before where the server refuses it, and only that", async () => {
    const page = pageOf([direct({ notify: "mentions" })]);
    const asked = page.places.changePlace("c", { pinned: 3, notify: "nothing" });
    page.store.change((draft) => learnConversations(draft, [direct({ notify: "mentions", lastMessage: said(4), readSeq: 3 })]));
    page.answer()?.reject(new Error("No."));
    await expect(asked).rejects.toThrow("No.");
    expect(page.row()).toMatchObject({ pinned: null, notify: "mentions", lastSeq: 4, unreadCount: 1 });
  });

  test("stays as another device has set it meanwhile where the server refuses it", async () => {
    const page = pageOf([direct()]);
    const asked = page.places.changePlace("c", { pinned: 3 });
    page.store.change((draft) => learnConversations(draft, [direct({ pinned: 7, placeVersion: 1 })]));
    page.answer()?.reject(new Error("No."));
    await expect(asked).rejects.toThrow("No.");
    expect(page.row()?.pinned).toBe(7);
  });

  test("changes nothing where one has no place any more when the server refuses it", async () => {
    const page = pageOf([direct()]);
    const asked = page.places.changePlace("c", { pinned: 3 });
    page.store.change((draft) => draft.removeConversation("c"));
    page.answer()?.reject(new Error("No."));
    await expect(asked).rejects.toThrow("No.");
    expect(page.row()).toBeUndefined();
    await page.places.changePlace("c", { pinned: 3 });
    expect(page.changePlace).toHaveBeenCalledTimes(1);
  });
});

describe("Marked as unread", () => {
  const messages = [said(1), said(2), quiet(3), said(4), said(5)];
  const row = group({ lastMessage: said(5), readSeq: 5 });

  test("from a message on it shows as that at once: the line before it, and all from there that is no quiet line", async () => {
    const page = pageOf([row], messages);
    const asked = page.places.markUnread("c", said(2));
    expect(page.onMarkedUnread).toHaveBeenCalledWith("c");
    expect(page.changePlace).toHaveBeenCalledWith("c", { unreadFrom: "c#2" });
    expect(page.row()).toMatchObject({ readSeq: 1, unreadCount: 3, hasUnreadMessages: true });
    expect(page.store.getState().transcripts.c?.firstUnread).toBe(2);
    page.answer()?.resolve(group({ lastMessage: said(5), readSeq: 1, unreadCount: 3, placeVersion: 1 }));
    await asked;
    expect(page.row()).toMatchObject({ readSeq: 1, unreadCount: 3 });
  });

  test("from a quiet line on which nothing follows, nothing is", () => {
    const page = pageOf([group({ lastMessage: said(2), lastSeq: 3, readSeq: 3 })], messages.slice(0, 3));
    void page.places.changePlace("c", { unreadFrom: "c#3" });
    expect(page.row()).toMatchObject({ readSeq: 2, unreadCount: 0, hasUnreadMessages: false });
  });

  test("from a message that is not held it shows once the server has said so", () => {
    const held = pageOf([row], messages).row() as HeldConversation;
    expect(placeAfter(held, { unreadFrom: "elsewhere" })).toEqual({});
    expect(placeAfter(held, { muted: "always" })).toEqual({ muted: "always" });
  });
});

test("A conversation that one deletes up to a message has nothing left to show, until something is said", () => {
  const held = pageOf([direct({ readSeq: 1 })]).row() as HeldConversation;
  expect(placeAfter(held, { deletedUpTo: "c#3" })).toEqual({
    lastMessage: null,
    listedAt: null,
    unreadCount: 0,
    hasUnreadMessages: false,
    fromSeq: 3,
    readSeq: 3,
  });
});

describe("Marked as read", () => {
  test("a conversation is so at once up to its last line, and the server is told its last message", async () => {
    const page = pageOf([direct({ readSeq: 1 })]);
    await page.places.markWholeRead("c");
    expect(page.row()).toMatchObject({ readSeq: 3, unreadCount: 0 });
    expect(page.markRead.mock.calls).toEqual([["c", "c#3"]]);
  });

  test("one without a message, or that is not held, is nothing to tell", async () => {
    const page = pageOf([direct({ lastMessage: null })]);
    await page.places.markWholeRead("c");
    await page.places.markWholeRead("elsewhere");
    expect(page.markRead).not.toHaveBeenCalled();
  });

  test("all are so at once, and the server is told once", async () => {
    const page = pageOf([direct({ readSeq: 1 }), group({ id: "g", readSeq: 0, unreadCount: 3 }), direct({ id: "d", lastMessage: null })]);
    expect(page.store.getState().unread).toBe(5);
    await page.places.markAllRead();
    expect(page.store.getState().unread).toBe(0);
    expect([page.row()?.readSeq, page.row("g")?.readSeq]).toEqual([3, 3]);
    expect(page.markAllRead).toHaveBeenCalledOnce();
  });
});
