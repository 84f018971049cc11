import { describe, expect, test } from "vitest";
import { applyEvent } from "@/lib/client/store/apply";
import { learnConversations } from "@/lib/client/store/conversations";
import { change } from "@/lib/client/store/draft";
import { endOfList, endOfPage, learnList, learnUnread } from "@/lib/client/store/list";
import type { MessengerState } from "@/lib/client/store/state";
import { type OutboxItem, showUnsent } from "@/lib/client/store/unsent";
import type { Conversation } from "@/lib/protocol/conversations";
import { at, direct, group, holding, said } from "./support/rows";

/** A conversation whose last words were said in that minute. */
const row = (id: string, minute: number, fields: Partial<Conversation> = {}) =>
  direct({ id, lastMessage: said(1, { conversationId: id, createdAt: at(minute) }), listedAt: at(minute), ...fields });
const empty = (id: string, fields: Partial<Conversation> = {}) => direct({ id, lastMessage: null, ...fields });
const told = (state: MessengerState, ...rows: Conversation[]) => change(state, (draft) => learnConversations(draft, rows));
const came = (state: MessengerState, ...words: [id: string, minute: number][]) =>
  change(state, (draft) => {
    for (const [id, minute] of words) {
      const seq = (draft.state.conversations.get(id)?.lastSeq ?? 0) + 1;
      applyEvent(draft, { type: "message", message: said(seq, { conversationId: id, createdAt: at(minute) }) });
    }
  });
const unsent = (id: string, minute: number): OutboxItem => ({
  clientId: `${id} ${minute}`,
  conversationId: id,
  content: "words",
  createdAt: at(minute),
  order: minute,
  state: "pending",
  reason: null,
});
const wrote = (state: MessengerState, ...items: OutboxItem[]) =>
  change(state, (draft) => {
    for (const item of items) showUnsent(draft, item, item);
  });

describe("The list of conversations", () => {
  const three = holding([row("a", 3), row("b", 2), row("c", 1)]);

  test("has the latest first, and of two of one moment always the same one", () => {
    expect(three.order).toEqual(["a", "b", "c"]);
    expect(came(three, ["b", 4]).order).toEqual(["b", "a", "c"]);
    expect(came(three, ["c", 4], ["b", 5]).order).toEqual(["b", "c", "a"]);
    expect(holding([row("b", 1), row("a", 1), row("c", 1)]).order).toEqual(["c", "b", "a"]);
    expect(came(came(three, ["a", 9]), ["c", 9]).order).toEqual(["c", "a", "b"]);
  });

  test("is the same, and drawn once only, where nothing in it has moved", () => {
    expect(came(three, ["a", 7]).order).toBe(three.order);
    expect(told(three, row("b", 2, { otherReadSeq: 9 })).order).toBe(three.order);
  });

  test("takes in what is new where it belongs", () => {
    expect(told(three, row("d", 2.5)).order).toEqual(["a", "d", "b", "c"]);
    expect(told(three, row("d", 0)).order).toEqual(["a", "b", "c", "d"]);
    expect(told(three, row("d", 9), row("e", 1.5)).order).toEqual(["d", "a", "b", "e", "c"]);
  });

  test("is in the same order however many move at once", () => {
    const ids = Array.from({ length: 20 }, (_, i) => `c${String(i).padStart(2, "0")}`);
    const state = holding(ids.map((id, i) => row(id, i)));
    expect(state.order).toEqual([...ids].reverse());
    for (const many of [15, 16, 17, 20]) {
      const moved = ids.slice(0, many);
      const words = moved.map((id, i): [string, number] => [id, 100 - i]);
      expect(came(state, ...words).order).toEqual([...moved, ...ids.slice(many).reverse()]);
    }
    const again = came(state, ...ids.map((id, i): [string, number] => [id, 100 + i]));
    expect(again.order).toBe(state.order);
  });

  test("has no direct conversation in which nothing was said, until something is written there", () => {
    const state = told(three, empty("d"));
    expect(state.order).toBe(three.order);
    expect(wrote(state, unsent("d", 2.5)).order).toEqual(["a", "d", "b", "c"]);
    expect(wrote(state, unsent("d", 0), unsent("d", 9)).order).toEqual(["d", "a", "b", "c"]);
    const sent = wrote(state, unsent("d", 9));
    expect(change(sent, (draft) => showUnsent(draft, unsent("d", 9), null)).order).toEqual(["a", "b", "c"]);
  });

  test("does not move where something is written and not sent yet in a conversation that stands in it", () => {
    expect(wrote(three, unsent("c", 9)).order).toBe(three.order);
  });

  test("has a group in which nothing was said, by when one joined it", () => {
    expect(told(three, group({ id: "g", lastMessage: null, listedAt: at(2.5) })).order).toEqual(["a", "g", "b", "c"]);
  });

  test("leaves out what is archived, which has a list of its own, the latest first", () => {
    const state = told(three, row("d", 5, { archived: true }), row("e", 6, { archived: true }), row("f", 0, { archived: true, pinned: 1 }));
    expect([state.order, state.archived]).toEqual([
      ["a", "b", "c"],
      ["e", "d", "f"],
    ]);
    const next = told(state, row("a", 3, { archived: true, placeVersion: 1 }));
    expect([next.order, next.archived]).toEqual([
      ["b", "c"],
      ["e", "d", "a", "f"],
    ]);
  });
});

describe("What is pinned", () => {
  test("stands above all that is not, as it was put, whatever is said in it", () => {
    const state = holding([
      row("a", 9),
      row("b", 1, { pinned: 1 }),
      row("c", 2, { pinned: 0 }),
      row("d", 3, { pinned: 10 }),
      row("e", 1, { pinned: -2 }),
      row("f", 1, { pinned: 2_000_000_000 }),
      row("g", 1, { pinned: 2_147_483_640 }),
    ]);
    expect(state.order).toEqual(["e", "c", "b", "d", "f", "g", "a"]);
    expect(came(state, ["d", 20], ["a", 21]).order).toEqual(state.order);
    expect(told(state, row("c", 2, { placeVersion: 1 })).order).toEqual(["e", "b", "d", "f", "g", "a", "c"]);
  });

  test("at one place twice is by the latest first", () => {
    expect(holding([row("a", 1, { pinned: 1 }), row("b", 2, { pinned: 1 })]).order).toEqual(["b", "a"]);
  });
});

describe("A list that goes on below", () => {
  const page = holding([row("0", 10), row("a", 9), row("b", 8)], { hasMore: true });

  test("does not show between its rows, nor under them, what lies further down, until it has got there", () => {
    const state = told(page, row("c", 7));
    expect(state).toMatchObject({ hasMore: true, order: ["0", "a", "b"] });
    expect(came(state, ["c", 8.5]).order).toEqual(["0", "a", "c", "b"]);
    expect(told(page, row("b", 8)).order).toEqual(["0", "a", "b"]);
    expect(told(page, row("z", 8)).order).toEqual(["0", "a", "z", "b"]);
    expect(told(page, row("p", 1, { pinned: 0 })).order).toEqual(["p", "0", "a", "b"]);
    expect(told(page, row("x", 1, { archived: true })).archived).toEqual(["x"]);
    const next = change(state, (draft) => learnList(draft, { conversations: [row("c", 7), row("d", 6)], hasMore: false }));
    expect(next).toMatchObject({ order: ["0", "a", "b", "c", "d"], hasMore: false, listFloor: null });
  });

  test("shows what was written there and not sent", () => {
    expect(wrote(told(page, empty("d")), unsent("d", 1)).order).toEqual(["0", "a", "b", "d"]);
  });

  test("shows all that is held where there is nothing left to load", () => {
    const state = told(page, row("c", 7));
    expect(change(state, (draft) => learnList(draft, { conversations: [], hasMore: true })).order).toEqual(["0", "a", "b", "c"]);
  });

  test("has with its next page neither what is archived nor where nothing was said", () => {
    const state = told(page, row("x", 8.5, { archived: true }), empty("y"));
    const next = change(state, (draft) => learnList(draft, { conversations: [row("c", 7)], hasMore: false }));
    expect([next.order, next.archived]).toEqual([["0", "a", "b", "c"], ["x"]]);
  });

  test("counts what is unread further down without showing it", () => {
    const state = change(page, (draft) => learnUnread(draft, { conversations: [row("c", 7, { readSeq: 0 })], hasMore: true }));
    expect(state).toMatchObject({ unread: 1, hasMoreUnread: true, order: ["0", "a", "b"] });
  });

  test("goes on after its last row that is not pinned", () => {
    expect(endOfList(page)).toBe("b#1");
    expect(endOfList(holding([row("p", 9, { pinned: 0 }), row("a", 5)]))).toBe("a#1");
    expect(endOfList(holding([row("p", 9, { pinned: 0 })]))).toBeUndefined();
    expect(endOfList(holding([]))).toBeUndefined();
    expect(endOfList(wrote(told(page, empty("d")), unsent("d", 1)))).toBe("b#1");
  });

  test("names by its last message a row that stands where that was said, and by its id any other", () => {
    expect(endOfPage(row("a", 5))).toBe("a#1");
    expect(endOfPage(row("a", 5, { listedAt: null }))).toBe("a#1");
    expect(endOfPage(group({ id: "g", listedAt: at(9) }))).toBe("g");
    expect(endOfPage(group({ id: "g", lastMessage: null, listedAt: at(9) }))).toBe("g");
  });
});

describe("What counts as unread in a title", () => {
  test("is what is unread in all that is not muted", () => {
    const state = holding([row("a", 3, { readSeq: 0 }), row("b", 2, { readSeq: 0, muted: "always" }), row("c", 1)]);
    expect(state.unread).toBe(1);
    expect(came(state, ["a", 4], ["b", 5], ["c", 6]).unread).toBe(3);
    expect(told(state, row("b", 2, { readSeq: 0, placeVersion: 1 })).unread).toBe(2);
    expect(change(state, (draft) => draft.removeConversation("a")).unread).toBe(0);
    expect(change(state, (draft) => draft.removeConversation("b")).unread).toBe(1);
  });
});

describe("A conversation that one has no place in any more", () => {
  test("is gone from the list, the screen and what is held, and what is not held cannot go", () => {
    const transcript = { conversation: row("a", 3), messages: [said(1, { conversationId: "a" })] };
    const state = wrote(holding([row("a", 3), row("b", 2, { archived: true })], { transcript }), unsent("a", 9));
    const next = change(state, (draft) => draft.removeConversation("a"));
    expect(next).toMatchObject({ order: [], openId: null, transcripts: {} });
    expect(next.outbox.a).toHaveLength(1);
    expect(change(state, (draft) => draft.removeConversation("b"))).toMatchObject({
      archived: [],
      openId: "a",
      transcripts: state.transcripts,
    });
    expect(change(state, (draft) => draft.removeConversation("b")).transcripts).toBe(state.transcripts);
    expect(change(state, (draft) => draft.removeConversation("elsewhere"))).toBe(state);
    expect(state.transcripts.a).toBeDefined();
  });
});
