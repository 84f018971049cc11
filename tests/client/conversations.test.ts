import { describe, expect, test } from "vitest";
import { applyEvent } from "@/lib/client/store/apply";
import { learnConversations, markRead } from "@/lib/client/store/conversations";
import { change } from "@/lib/client/store/draft";
import type { MessengerState } from "@/lib/client/store/state";
import { conversationIn } from "@/lib/client/store/views";
import type { Conversation } from "@/lib/protocol/conversations";
import type { StreamEvent } from "@/lib/protocol/events";
import type { Message } from "@/lib/protocol/messages";
import { at, direct, group, holding, quiet, said, user } from "./support/rows";

const shown = (state: MessengerState) => conversationIn(state, "c");
const told = (state: MessengerState, ...rows: Conversation[]) => change(state, (draft) => learnConversations(draft, rows));
const happened = (state: MessengerState, ...events: StreamEvent[]) =>
  change(state, (draft) => {
    for (const event of events) applyEvent(draft, event);
  });
const came = (state: MessengerState, ...messages: Message[]) =>
  happened(state, ...messages.map((message) => ({ type: "message" as const, message })));
const read = (userId: string, seq: number, placeVersion?: number) => ({
  type: "read" as const,
  conversationId: "c",
  userId,
  seq,
  placeVersion,
});

describe("A message that comes", () => {
  test("stands in the list with its time, counts as unread, and its sender has read up to it", () => {
    const row = shown(came(holding([direct({ otherReadSeq: 0 })]), said(4)));
    expect(row).toMatchObject({
      lastMessage: said(4),
      lastSeq: 4,
      listedAt: at(4),
      unreadCount: 1,
      hasUnreadMessages: true,
      otherReadSeq: 4,
    });
  });

  test("of one's own counts all before it as read, and says nothing of the other", () => {
    const row = shown(came(holding([direct({ readSeq: 1, otherReadSeq: 1 })]), said(4, { mine: true })));
    expect(row).toMatchObject({ readSeq: 4, unreadCount: 0, hasUnreadMessages: false, otherReadSeq: 1, listedAt: at(4) });
  });

  test("of one's own in a group counts all before it as read", () => {
    expect(shown(came(holding([group({ readSeq: 1, unreadCount: 2 })]), said(4, { mine: true })))).toMatchObject({
      readSeq: 4,
      unreadCount: 0,
    });
  });

  test("of one's own that was sent before messages were marked as unread leaves them unread", () => {
    const state = holding([group({ lastMessage: said(5), readSeq: 1, unreadCount: 4 })]);
    for (const seq of [3, 5]) expect(shown(came(state, said(seq, { mine: true })))).toMatchObject({ readSeq: 1, unreadCount: 4 });
  });

  test("of one's own that comes late, from among those that were missing, counts as read up to there", () => {
    const state = came(holding([group({ readSeq: 1, unreadCount: 2 })]), said(6));
    expect(shown(came(state, said(5, { mine: true })))).toMatchObject({ readSeq: 5, unreadCount: 1 });
  });

  test("in a group counts one, and there is no other one who could have read it", () => {
    const state = holding([group({ readSeq: 2, unreadCount: 1 })]);
    expect(shown(came(state, said(4), said(5)))).toMatchObject({ unreadCount: 3, otherReadSeq: null });
  });

  test("twice, or that was there before, changes nothing", () => {
    for (const row of [direct({ readSeq: 1 }), group({ readSeq: 1, unreadCount: 2 })]) {
      const state = came(holding([row]), said(4));
      expect(came(state, said(4), said(3), said(2))).toBe(state);
    }
    const own = came(holding([group()]), said(4, { mine: true }));
    expect(came(own, said(4, { mine: true }))).toBe(own);
    const readOn = happened(came(own, said(5)), read("me", 5));
    expect(came(readOn, said(4, { mine: true }))).toBe(readOn);
  });

  test("that was there before, and whose sender was not known to have read it, says so", () => {
    expect(shown(came(holding([direct({ otherReadSeq: 0 })]), said(3)))).toMatchObject({
      otherReadSeq: 3,
      unreadCount: 0,
      lastMessage: said(3),
    });
  });

  test("before what is already read counts as nothing new", () => {
    const state = came(holding([group({ readSeq: 5, unreadCount: 0 })]), said(7));
    expect(shown(came(state, said(5)))?.unreadCount).toBe(1);
    expect(shown(came(state, said(6)))?.unreadCount).toBe(2);
  });

  test("late does not stand in the list in place of the last, nor move the conversation down", () => {
    const state = came(holding([direct()]), said(6), said(5));
    expect(shown(state)).toMatchObject({ lastMessage: said(6), lastSeq: 6, listedAt: at(6), unreadCount: 3 });
  });

  test("out of order counts once each, up to two hundred that are missing", () => {
    const state = came(holding([group()]), said(203));
    expect(shown(came(state, said(4), said(4), said(202)))).toMatchObject({ unreadCount: 3 });
    const far = came(holding([group()]), said(204));
    expect(shown(came(far, said(4), said(203)))).toMatchObject({ unreadCount: 1 });
  });

  test("with a new text shows in the list where it is the last, and the one from before does not come back", () => {
    const state = came(holding([direct()]), said(3, { content: "better", version: 2 }));
    expect(shown(state)).toMatchObject({ lastMessage: { content: "better" }, unreadCount: 0, listedAt: at(3) });
    expect(came(state, said(3))).toBe(state);
    expect(shown(came(state, said(2, { content: "older", version: 3 })))?.lastMessage?.content).toBe("better");
  });

  test("before the conversation begins for its reader is not theirs to see", () => {
    const state = holding([direct({ fromSeq: 3, lastMessage: null, lastSeq: 3, readSeq: 3, otherReadSeq: 0 })]);
    expect(came(state, said(3), said(2))).toBe(state);
    expect(shown(came(state, said(4)))).toMatchObject({ lastMessage: said(4), unreadCount: 1 });
  });

  test("brings back what was archived, unless that is muted or the line is a quiet one", () => {
    const archived = (fields: Partial<Conversation>) => holding([group({ archived: true, ...fields })]);
    expect(shown(came(archived({}), said(4)))?.archived).toBe(false);
    expect(shown(came(archived({}), said(4, { mine: true })))?.archived).toBe(false);
    expect(shown(came(archived({ muted: "always" }), said(4)))?.archived).toBe(true);
    expect(shown(came(archived({}), quiet(4)))?.archived).toBe(true);
  });
});

describe("A quiet line", () => {
  test("counts for nobody, moves nothing, and leaves the last words in the list", () => {
    const state = holding([group({ readSeq: 2, unreadCount: 1 })]);
    expect(shown(came(state, quiet(4)))).toMatchObject({ lastSeq: 4, lastMessage: said(3), listedAt: at(3), unreadCount: 1, readSeq: 2 });
    expect(shown(came(state, quiet(4, { mine: true })))).toMatchObject({ unreadCount: 1, readSeq: 2 });
  });

  test("is shown in the list where nothing was said, until something is", () => {
    const state = came(holding([group({ lastMessage: null, lastSeq: 0, listedAt: at(0) })]), quiet(1));
    expect(shown(state)).toMatchObject({ lastMessage: quiet(1), unreadCount: 0, listedAt: at(0) });
    expect(shown(came(state, quiet(2)))?.lastMessage).toEqual(quiet(2));
    expect(shown(came(state, said(2), quiet(3)))?.lastMessage).toEqual(said(2));
  });
});

describe("How far was read", () => {
  const unread = holding([group({ lastMessage: said(9), readSeq: 2, unreadCount: 7 })]);

  test("takes from the count at most what can lie after it, and never goes back", () => {
    const state = happened(unread, read("me", 6));
    expect(shown(state)).toMatchObject({ readSeq: 6, unreadCount: 3, hasUnreadMessages: true });
    expect(happened(state, read("me", 6), read("me", 5))).toBe(state);
    expect(shown(happened(state, read("me", 9)))).toMatchObject({ unreadCount: 0, hasUnreadMessages: false });
  });

  test("up to behind the last words leaves nothing unread, whatever quiet lines follow", () => {
    const state = came(holding([group({ readSeq: 2, unreadCount: 1 })]), quiet(4), quiet(5));
    expect(shown(happened(state, read("me", 3)))?.unreadCount).toBe(0);
    const quietOnly = holding([group({ lastMessage: quiet(3), readSeq: 0, unreadCount: 1 })]);
    expect(shown(happened(quietOnly, read("me", 1)))?.unreadCount).toBe(0);
  });

  test("before messages were marked as unread does not count any more; on this screen it does", () => {
    const marked = holding([direct({ readSeq: 1, placeVersion: 3 })]);
    expect(happened(marked, read("me", 3, 2), read("me", 3))).toBe(marked);
    expect(shown(happened(marked, read("me", 2, 3)))?.readSeq).toBe(2);
    expect(shown(change(marked, (draft) => markRead(draft, "c", 3)))).toMatchObject({ readSeq: 3, unreadCount: 0 });
  });

  test("in a conversation that is not held changes nothing", () => {
    expect(happened(unread, { ...read("ann", 9), conversationId: "elsewhere" })).toBe(unread);
  });

  test("by the other one only grows, and says nothing in a group", () => {
    const state = happened(holding([direct({ otherReadSeq: 1 })]), read("ann", 2));
    expect(shown(state)).toMatchObject({ otherReadSeq: 2, readSeq: 3 });
    expect(happened(state, read("ann", 1), read("ann", 2))).toBe(state);
    expect(happened(unread, read("ann", 9))).toBe(unread);
  });
});

describe("A group that changes", () => {
  test("shows as it was changed last, and one that is not held does not come to be", () => {
    const state = holding([group({}, { version: 3, name: "third" })]);
    const named = (version: number, name: string) => ({
      type: "conversation" as const,
      group: { ...(group().group as never as object), version, name } as never,
    });
    expect(happened(state, named(3, "the same"), named(2, "second"))).toBe(state);
    expect(shown(happened(state, named(4, "fourth")))?.group?.name).toBe("fourth");
    expect(happened(holding([]), named(4, "fourth"))).toEqual(holding([]));
  });
});

describe("An answer that was read before", () => {
  const later = { lastMessage: said(6), readSeq: 5, otherReadSeq: 5, listedAt: at(6) };
  const earlier = { lastMessage: said(4), readSeq: 2, otherReadSeq: 2, listedAt: at(4) };

  test("takes nothing back, and leaves the same object", () => {
    for (const of of [direct, group]) {
      const count = of === group ? { unreadCount: 1 } : {};
      const state = holding([of({ ...later, ...count, placeVersion: 2, role: of === group ? "owner" : null })]);
      expect(told(state, of({ ...earlier, unreadCount: 2, placeVersion: 2 }))).toBe(state);
      expect(told(state, of({ ...later, ...count, placeVersion: 2 }))).toBe(state);
      expect(told(state, of({ ...earlier, unreadCount: 2, placeVersion: 1, muted: "always", pinned: 1, archived: true, fromSeq: 1 }))).toBe(
        state,
      );
    }
  });

  test("of a group does not take back its name", () => {
    const state = holding([group({}, { version: 3, name: "third" })]);
    expect(told(state, group({}, { version: 2, name: "second" }))).toBe(state);
    expect(shown(told(state, group({}, { version: 4, name: "fourth" })))?.group?.name).toBe("fourth");
  });

  test("leaves missing what came after it, which still counts when it comes", () => {
    const state = came(holding([group()]), said(8));
    const next = told(state, group({ lastMessage: said(5), readSeq: 3, unreadCount: 2, listedAt: at(5) }));
    expect(shown(next)).toMatchObject({ unreadCount: 1, lastSeq: 8 });
    expect(shown(came(next, said(4), said(5)))?.unreadCount).toBe(3);
    expect(shown(came(next, said(7), said(6)))?.unreadCount).toBe(3);
    expect(shown(came(state, said(5), said(8)))?.unreadCount).toBe(2);
  });
});

describe("An answer that knows no more", () => {
  test("changes nothing, also of what this screen shows before the server has said so, or heard out of order", () => {
    const archived = holding([group({ archived: true })]);
    expect(told(archived, group())).toBe(archived);
    const row = group({ lastMessage: said(5), unreadCount: 2, readSeq: 3, listedAt: at(5) });
    const late = told(came(holding([group()]), said(5), said(4)), row);
    expect(told(late, row)).toBe(late);
    const lastRead = holding([group({ lastMessage: null, lastSeq: 0, listedAt: at(1) })]);
    expect(told(lastRead, group({ lastMessage: null, lastSeq: 0, listedAt: at(1) }))).toBe(lastRead);
  });

  test("leaves a group in which nothing was said in its place, whatever it is told without a time", () => {
    const state = holding([group({ lastMessage: null, lastSeq: 0, listedAt: at(1) })]);
    expect(
      shown(told(state, group({ lastMessage: null, lastSeq: 0, listedAt: null, readSeq: 0, pinned: 1, placeVersion: 1 })))?.listedAt,
    ).toBe(at(1));
  });
});

describe("An answer that knows more", () => {
  test("brings the last message, how far both have read, and its time", () => {
    const state = holding([direct({ readSeq: 1, otherReadSeq: 1 })]);
    const row = direct({ lastMessage: said(6), readSeq: 4, otherReadSeq: 5, listedAt: at(6) });
    expect(shown(told(state, row))).toEqual(row);
  });

  test("makes nothing count twice that was missing before", () => {
    const state = told(came(holding([group()]), said(5)), group({ lastMessage: said(5), readSeq: 3, unreadCount: 2, listedAt: at(5) }));
    expect(shown(state)?.unreadCount).toBe(2);
    expect(came(state, said(4))).toBe(state);
  });

  test("counts what it adds itself once, also where that comes late", () => {
    const state = came(holding([group({ readSeq: 1, unreadCount: 2 })]), quiet(10), said(8));
    const next = told(state, group({ lastMessage: said(5), readSeq: 3, unreadCount: 2, listedAt: at(5) }));
    expect(shown(next)?.unreadCount).toBe(5);
    expect(shown(came(next, said(4), said(7)))?.unreadCount).toBe(5);
    expect(shown(came(next, said(9)))?.unreadCount).toBe(6);
  });

  test("brings what was set on another device as a whole, also where one has read less there", () => {
    const state = holding([group({ readSeq: 3, placeVersion: 1 })]);
    const place = { role: "owner", muted: "always", notify: "mentions", pinned: 4, archived: true, placeVersion: 2, readSeq: 1 } as const;
    expect(shown(told(state, group({ ...place, unreadCount: 2 })))).toEqual(group({ ...place, unreadCount: 2 }));
  });

  test("of the conversation's new beginning forgets what was said before it", () => {
    const state = holding([direct({ otherReadSeq: 3 })]);
    const deleted = direct({ fromSeq: 3, lastMessage: null, lastSeq: 3, listedAt: null, placeVersion: 1 });
    expect(shown(told(state, deleted))).toMatchObject({ lastMessage: null, listedAt: null, fromSeq: 3, unreadCount: 0 });
    expect(shown(told(came(state, said(4)), deleted))).toMatchObject({ lastMessage: said(4), listedAt: at(4), unreadCount: 1 });
  });

  test("of one's own last message counts all before it as read, unless they were marked as unread since", () => {
    const mine = { lastMessage: said(6, { mine: true }), listedAt: at(6) };
    const state = came(holding([direct({ readSeq: 1 })]), said(6, { mine: true }));
    expect(shown(told(state, direct({ lastMessage: said(4), readSeq: 2, placeVersion: 1 })))?.readSeq).toBe(6);
    expect(shown(told(state, direct({ ...mine, readSeq: 2, placeVersion: 1 })))).toMatchObject({ readSeq: 2, unreadCount: 4 });
  });

  test("says who the other one is", () => {
    const state = told(holding([direct()]), direct({ otherParticipant: user("bob"), lastMessage: null, lastSeq: 3 }));
    expect(shown(state)?.otherParticipant).toEqual(user("bob"));
  });

  test("of what was said since brings back what was archived here, unless it is muted or a quiet line", () => {
    const archived = (fields: Partial<Conversation>) => group({ archived: true, placeVersion: 2, ...fields });
    const old = { archived: false, placeVersion: 1, lastMessage: said(5), listedAt: at(5) };
    expect(shown(told(holding([archived({})]), group(old)))?.archived).toBe(false);
    expect(shown(told(holding([archived({ muted: "always" })]), group(old)))?.archived).toBe(true);
    expect(shown(told(holding([archived({})]), group({ ...old, lastMessage: said(3), lastSeq: 5 })))?.archived).toBe(true);
  });
});

describe("The count of a group of which two know something", () => {
  const count = (known: Partial<Conversation>, ...other: Partial<Conversation>[]) =>
    shown(told(holding([group(known)]), ...other.map((fields) => group(fields))))?.unreadCount;

  test("is that of the one who knows both the last message and how far was read", () => {
    const behind = { lastMessage: said(4), readSeq: 2, unreadCount: 2 };
    const ahead = { lastMessage: said(9), readSeq: 3, unreadCount: 4 };
    expect(count(behind, ahead)).toBe(4);
    expect(count(ahead, behind)).toBe(4);
    expect(count({ ...ahead, readSeq: 2 }, behind)).toBe(4);
    expect(count({ ...ahead, lastSeq: 9 }, { ...ahead, readSeq: 2, unreadCount: 5 })).toBe(4);
    const marked = { lastMessage: said(4), readSeq: 1, unreadCount: 3, placeVersion: 2 };
    expect(count(marked, { lastMessage: said(4), readSeq: 4, unreadCount: 0, placeVersion: 1 })).toBe(3);
    expect(count({ ...behind, placeVersion: 1 }, { ...ahead, placeVersion: 2 })).toBe(4);
    expect(count({ ...ahead, placeVersion: 2 }, { ...behind, placeVersion: 1 })).toBe(4);
  });

  test("is at most what can lie between, where one knows later messages and the other has read further", () => {
    const read = { lastMessage: said(8), readSeq: 8, unreadCount: 0 };
    expect(count(read, { lastMessage: said(10), readSeq: 2, unreadCount: 7 })).toBe(2);
    expect(count(read, { lastMessage: said(10), readSeq: 2, unreadCount: 1 })).toBe(1);
    expect(count(read, { lastMessage: said(8), lastSeq: 10, readSeq: 2, unreadCount: 7 })).toBe(0);
    expect(count({ ...read, placeVersion: 2 }, { lastMessage: said(10), readSeq: 9, unreadCount: 7, placeVersion: 1 })).toBe(2);
  });

  test("is nothing where there are quiet lines only", () => {
    const read = { lastMessage: quiet(8), readSeq: 7, unreadCount: 0 };
    expect(count({ lastMessage: quiet(10), readSeq: 2, unreadCount: 0 }, read)).toBe(0);
    expect(count(read, { lastMessage: null, lastSeq: 9, readSeq: 2, unreadCount: 0 })).toBe(0);
    expect(
      count({ lastMessage: null, lastSeq: 10, readSeq: 2, unreadCount: 0 }, { lastMessage: null, lastSeq: 9, readSeq: 3, unreadCount: 0 }),
    ).toBe(0);
  });

  test("adds what came after an answer that has read further", () => {
    const known = { lastMessage: said(10), readSeq: 2, unreadCount: 8 };
    expect(count(known, { lastMessage: said(8), readSeq: 7, unreadCount: 1 })).toBe(3);
    expect(count({ ...known, lastMessage: said(8), lastSeq: 10 }, { lastMessage: said(8), lastSeq: 9, readSeq: 7, unreadCount: 1 })).toBe(
      1,
    );
  });
});

describe("What a server of the version before does not say", () => {
  test("follows from the last message", () => {
    const { lastSeq: _, listedAt: __, ...old } = direct({ lastMessage: said(5), readSeq: 5 });
    const row = { ...old, lastSeq: 0, listedAt: null };
    expect(shown(holding([row]))).toMatchObject({ lastSeq: 5, listedAt: at(5) });
    expect(shown(told(holding([direct()]), row))).toMatchObject({ lastSeq: 5, unreadCount: 0 });
  });

  test("A mute that is over is none, and one that lasts stays", () => {
    expect(shown(holding([direct({ muted: "2020-01-01T00:00:00.000Z" })]))?.muted).toBe("no");
    for (const muted of ["2999-01-01T00:00:00.000Z", "always", "no"]) expect(shown(holding([direct({ muted })]))?.muted).toBe(muted);
  });
});

test("A window is cut where its conversation begins anew, and only there", () => {
  const messages = [said(1), said(2), said(3)];
  const state = holding([direct()], { transcript: { conversation: direct(), messages } });
  expect(told(state, direct({ otherReadSeq: 4 })).transcripts.c).toBe(state.transcripts.c);
  const { from, ids, atStart } = told(state, direct({ fromSeq: 1, placeVersion: 1 })).transcripts.c ?? {};
  expect({ from, ids, atStart }).toEqual({ from: 1, ids: ["c#2", "c#3"], atStart: true });
});
