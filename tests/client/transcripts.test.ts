import { describe, expect, test } from "vitest";
import { applyEvent } from "@/lib/client/store/apply";
import { change } from "@/lib/client/store/draft";
import { initialState, replaceAll } from "@/lib/client/store/snapshot";
import type { MessengerState } from "@/lib/client/store/state";
import { learnPage, learnSnapshot, learnWindow, openConversation, patchTranscript } from "@/lib/client/store/transcripts";
import { type OutboxItem, showUnsent } from "@/lib/client/store/unsent";
import { conversationIn } from "@/lib/client/store/views";
import { inWindow, type Range } from "@/lib/client/store/window";
import type { Message } from "@/lib/protocol/messages";
import { at, direct, group, holding, quiet, said, user } from "./support/rows";

const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, i) => said(from + i));
const seqs = (state: MessengerState, id = "c") => inWindow(state.transcripts[id]).map(({ seq }) => seq);
const came = (state: MessengerState, ...messages: Message[]) =>
  change(state, (draft) => {
    for (const message of messages) applyEvent(draft, { type: message.mine ? "sent" : "message", message });
  });
/** A page with conversation `c` on screen: three messages, read. */
const open = holding([direct()], { transcript: { conversation: direct(), messages: upTo(3) } });
const firstUnread = (state: MessengerState) => state.transcripts.c?.firstUnread;
const opened = (state: MessengerState, ...ids: string[]) =>
  change(state, ...ids.map((id) => (draft: Parameters<typeof openConversation>[0]) => openConversation(draft, id)));
const unsent = (clientId: string): OutboxItem => ({
  clientId,
  conversationId: "c",
  content: "words",
  createdAt: at(9),
  order: 1,
  state: "pending",
  reason: null,
});
const wrote = (state: MessengerState, clientId: string) => change(state, (draft) => showUnsent(draft, unsent(clientId), unsent(clientId)));

describe("A message that comes to a conversation on screen", () => {
  test("joins it, once, and a newer version of it stands in its place", () => {
    const state = came(open, said(4));
    expect(seqs(state)).toEqual([1, 2, 3, 4]);
    expect(came(state, said(4))).toBe(state);
    const changed = came(state, said(2, { content: "better", version: 2 }));
    expect(inWindow(changed.transcripts.c)[1]?.content).toBe("better");
    expect(seqs(changed)).toEqual([1, 2, 3, 4]);
    expect(came(changed, said(2)).transcripts.c).toBe(changed.transcripts.c);
    expect(seqs(open)).toEqual([1, 2, 3]);
  });

  test("is news to its window only where that follows the end", () => {
    const state = change(open, (draft) => learnWindow(draft, "c", upTo(2), 3));
    expect(came(state, said(4)).transcripts.c).toBe(state.transcripts.c);
  });

  test("while nobody looks has the line before it, and one of one's own, a quiet one, or a second one has not", () => {
    expect(firstUnread(came(open, said(4)))).toBe(4);
    expect(firstUnread(came(open, said(4), said(5)))).toBe(4);
    expect(firstUnread(came(open, said(4, { mine: true })))).toBeNull();
    const inGroup = holding([group()], { transcript: { conversation: group(), messages: upTo(3) } });
    expect(firstUnread(came(inGroup, quiet(4)))).toBeNull();
    expect(firstUnread(came(inGroup, quiet(4), said(5)))).toBe(5);
  });

  test("while somebody looks, or that they have read elsewhere, or elsewhere than on screen, has no line before it", () => {
    const attentive = { ...open, attentive: true };
    expect(firstUnread(came(attentive, said(4)))).toBeNull();
    const read = change(open, (draft) => applyEvent(draft, { type: "read", conversationId: "c", userId: "me", seq: 4 }));
    expect(firstUnread(came(read, said(4)))).toBeNull();
    const left = { ...open, openId: null };
    expect(firstUnread(came(left, said(4)))).toBeNull();
    const behind = change(open, (draft) => patchTranscript(draft, "c", { firstUnread: 2 }));
    expect(firstUnread(came({ ...behind, attentive: true }, said(4)))).toBe(2);
  });

  test("and that one has sent takes the place of what was shown as on its way; beyond a gap that goes on showing", () => {
    const state = wrote(open, "one");
    expect(came(state, said(4)).outbox.c).toHaveLength(1);
    expect(came(state, said(4, { mine: true, clientId: "one" })).outbox.c).toEqual([]);
    const beyond = came(state, said(5, { mine: true, clientId: "one" }));
    expect(beyond.outbox.c).toHaveLength(1);
    expect(came(beyond, said(4)).outbox.c).toEqual([]);
    const elsewhere = change(wrote(open, "one"), (draft) => draft.set("transcripts", {}));
    expect(came(elsewhere, said(4, { mine: true, clientId: "one" })).outbox.c).toEqual([]);
  });

  test("keeps where somebody reads further up where the window has grown too long", () => {
    const long = direct({ lastMessage: said(300) });
    const state = holding([long], { transcript: { conversation: long, messages: upTo(300) } });
    const come = (view?: () => Range | undefined) =>
      change(state, (draft) => applyEvent(draft, { type: "message", message: said(301) }, view));
    expect(seqs(come(() => ({ first: 1, last: 9 })))[0]).toBe(1);
    expect(seqs(come()).at(-1)).toBe(301);
  });
});

describe("News that is no message", () => {
  test("of a session that has ended, or that only the stream is about", () => {
    expect(change(open, (draft) => applyEvent(draft, { type: "signed_out" })).signedOut).toBe(true);
    for (const type of ["ready", "reset"] as const) expect(change(open, (draft) => applyEvent(draft, { type }))).toBe(open);
  });

  test("of a place that one has, or has no more", () => {
    const place = (conversation: ReturnType<typeof direct> | null) =>
      change(open, (draft) => applyEvent(draft, { type: "place", conversationId: "c", conversation }));
    expect(conversationIn(place(direct({ pinned: 1, placeVersion: 1 })), "c")?.pinned).toBe(1);
    expect(place(null)).toMatchObject({ openId: null, order: [], transcripts: {} });
  });
});

describe("A conversation that is opened", () => {
  const many = holding(Array.from({ length: 14 }, (_, i) => direct({ id: `c${i}`, readSeq: 1, fromSeq: i % 2 })));

  test("is on screen, begins where it begins for its reader, and has the line before what is unread", () => {
    const state = opened(many, "c2", "c3");
    expect(state.openId).toBe("c3");
    expect(state.transcripts.c3).toMatchObject({ from: 1, ids: [], firstUnread: 2, atStart: false, loadingWindow: false });
    expect(state.transcripts.c2).toMatchObject({ from: 0, firstUnread: 2 });
    expect(opened(state, "c3")).toBe(state);
    expect(opened(many, "unknown").transcripts.unknown).toMatchObject({ from: 0, firstUnread: null });
    const begun = holding([direct({ id: "g", fromSeq: 2, readSeq: 0, unreadCount: 1 })]);
    expect(opened(begun, "g").transcripts.g?.firstUnread).toBe(3);
  });

  test("is kept with the nine before it; the one that was left longest ago goes", () => {
    const ids = Array.from({ length: 12 }, (_, i) => `c${i}`);
    const ten = opened(many, ...ids.slice(0, 10));
    expect(Object.keys(ten.transcripts)).toEqual(ids.slice(0, 10));
    expect(Object.keys(opened(ten, "c10").transcripts)).toEqual(ids.slice(1, 11));
    expect(Object.keys(opened(ten, "c0", "c10").transcripts)).toEqual([...ids.slice(2, 10), "c0", "c10"]);
    expect(Object.keys(opened(ten, "c0").transcripts)).toHaveLength(10);
  });
});

describe("Messages that an answer brings", () => {
  test("in any order are shown in theirs, and what they tell of the conversation shows in the list", () => {
    const state = change(open, (draft) => learnWindow(draft, "c", [...upTo(6, 4)].reverse()));
    expect(seqs(state)).toEqual([4, 5, 6]);
    expect(conversationIn(state, "c")).toMatchObject({ lastMessage: said(6), lastSeq: 6, unreadCount: 3 });
    expect(state.transcripts.c).toMatchObject({ atStart: false, atEnd: true });
    const inGroup = change(holding([group()]), (draft) => learnWindow(draft, "c", [said(6), said(4), said(5)]));
    expect(conversationIn(inGroup, "c")?.unreadCount).toBe(3);
    const far = change(holding([group()]), (draft) => learnWindow(draft, "c", [...upTo(300, 204)].reverse()));
    expect(conversationIn(far, "c")?.unreadCount).toBe(97);
  });

  test("show who sent them as they are now called", () => {
    const state = change(open, (draft) => learnWindow(draft, "c", [said(3, { sender: { ...user("ann"), name: "Ann" } })]));
    expect(state.users.ann?.name).toBe("Ann");
  });

  test("in place of a window follow the end as far as it was known when they were read", () => {
    expect(change(open, (draft) => learnWindow(draft, "c", upTo(2))).transcripts.c?.atEnd).toBe(false);
    expect(change(open, (draft) => learnWindow(draft, "c", upTo(2), 2)).transcripts.c?.atEnd).toBe(true);
    expect(change(open, (draft) => learnWindow(draft, "c", [], 0)).transcripts.c?.atEnd).toBe(true);
  });

  test("of a conversation that is not held make a window from where it begins", () => {
    expect(seqs(change(holding([]), (draft) => learnWindow(draft, "c", upTo(2))))).toEqual([1, 2]);
    const later = holding([direct({ fromSeq: 1 })]);
    expect(seqs(change(later, (draft) => learnWindow(draft, "c", upTo(3))))).toEqual([2, 3]);
  });

  test("next to a window join it, and where there is none they are dropped", () => {
    const state = change(open, (draft) => learnWindow(draft, "c", [said(3)]));
    const view = { first: 3, last: 3 };
    expect(seqs(change(state, (draft) => learnPage(draft, "c", upTo(2), view)))).toEqual([1, 2, 3]);
    expect(change(holding([direct()]), (draft) => learnPage(draft, "c", upTo(2), view)).transcripts).toEqual({});
    expect(
      conversationIn(
        change(open, (draft) => learnPage(draft, "c", [said(4)], view)),
        "c",
      )?.lastSeq,
    ).toBe(4);
  });

  test("take the place of what was shown as on its way", () => {
    const own = said(4, { mine: true, clientId: "one" });
    expect(change(wrote(open, "one"), (draft) => learnWindow(draft, "c", [own])).outbox.c).toEqual([]);
    expect(change(wrote(open, "one"), (draft) => learnPage(draft, "c", [own], { first: 3, last: 3 })).outbox.c).toEqual([]);
  });
});

describe("A page that was painted", () => {
  test("shows what the server has read, connects, and has nothing on its way", () => {
    const nothing = { conversations: [], hasMore: false };
    const state = initialState({ ...nothing, me: user("me"), unread: nothing, cursor: "" });
    expect(state).toMatchObject({
      me: user("me"),
      users: { me: user("me") },
      order: [],
      archived: [],
      hasMore: false,
      hasMoreUnread: false,
    });
    expect(state).toMatchObject({
      loadingMore: false,
      listFloor: null,
      openId: null,
      attentive: false,
      outboxDurable: true,
      signedOut: false,
    });
    expect(state).toMatchObject({ unread: 0, connection: { status: "connecting", since: 0 }, drafts: {}, outbox: {}, transcripts: {} });
    expect(state.online.size).toBe(0);
  });

  test("shows what is pinned further down too, and the conversation that it was opened at", () => {
    const state = holding([direct({ readSeq: 1 })], {
      pinned: [direct({ id: "p", pinned: 1 })],
      transcript: { conversation: direct({ readSeq: 1 }), messages: upTo(3) },
    });
    expect(state).toMatchObject({ order: ["p", "c"], openId: "c" });
    expect(firstUnread(state)).toBe(2);
    expect(state.transcripts.c).toMatchObject({ atStart: true, atEnd: true });
  });
});

describe("A fresh load", () => {
  const fresh = {
    me: { ...user("me"), name: "Me" },
    conversations: [direct({ id: "d" })],
    hasMore: false,
    unread: { conversations: [], hasMore: false },
  };
  const before = opened(came(wrote(open, "one"), said(4)), "c");

  test("has all as the server says it, and nothing of before but what only this page knows", () => {
    const state = change({ ...before, users: { ...before.users, bob: user("bob") }, drafts: { c: "a draft" }, listFloor: "x" }, (draft) =>
      replaceAll(draft, { ...fresh, open: null }),
    );
    expect(state).toMatchObject({
      me: fresh.me,
      order: ["d"],
      openId: null,
      transcripts: {},
      listFloor: null,
      unread: 0,
      drafts: { c: "a draft" },
    });
    expect([...state.conversations.ids()]).toEqual(["d"]);
    expect(Object.keys(state.users).sort()).toEqual(["ann", "me"]);
    expect(state.outbox.c).toHaveLength(1);
  });

  test("has the open conversation as it is now, with the line where it was", () => {
    const conversation = direct({ fromSeq: 2, lastMessage: said(5), readSeq: 5 });
    const next = (state: MessengerState) =>
      change(state, (draft) =>
        replaceAll(draft, { ...fresh, pinned: [direct({ id: "p", pinned: 0 })], open: { conversation, messages: upTo(5) } }),
      );
    expect(next(before)).toMatchObject({ openId: "c", order: ["p", "c", "d"] });
    expect(next(before).transcripts.c).toMatchObject({
      from: 2,
      firstUnread: 4,
      atStart: true,
      atEnd: true,
      loadingOlder: false,
      failure: null,
    });
    expect(seqs(next(before))).toEqual([3, 4, 5]);
    expect(next({ ...before, transcripts: {} }).transcripts.c?.firstUnread).toBeNull();
  });

  test("learns the conversation of a page right after its own", () => {
    const state = change(holding([]), (draft) => learnSnapshot(draft, { conversation: direct(), messages: upTo(3) }));
    expect([seqs(state), conversationIn(state, "c")?.lastSeq]).toEqual([[1, 2, 3], 3]);
  });
});
