import { expect, test } from "vitest";
import type { HeldMessage } from "@/lib/client/store/state";
import {
  beginningAfter,
  EMPTY,
  firstSeq,
  hasGap,
  inWindow,
  join,
  lastSeq,
  own,
  receive,
  relationOf,
  type Transcript,
  WINDOW_MAX,
  windowOf,
} from "@/lib/client/store/window";

const message = (seq: number, version = 1) => ({ id: `m${seq}`, seq, version }) as HeldMessage;
const rows = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => message(first + i));
const seqs = (transcript: Transcript) => inWindow(transcript).map(({ seq }) => seq);
const joined = (transcript: Transcript, page: HeldMessage[], end: number) => {
  const mine = own(transcript);
  join(mine, page, end, { first: firstSeq(mine), last: lastSeq(mine) });
  return mine;
};

test("A window tells whether it holds the first message, and whether it follows the end", () => {
  expect(windowOf(rows(1, 5), 5)).toMatchObject({ atStart: true, atEnd: true });
  expect(windowOf(rows(2, 5), 6)).toMatchObject({ atStart: false, atEnd: false });
  expect(windowOf([], 0)).toMatchObject({ atStart: true, atEnd: true });
  expect(windowOf([], 7)).toMatchObject({ atStart: false, atEnd: false });
  expect(windowOf(rows(2, 5), 5).loadingWindow).toBe(false);
});

test("A window of a conversation that begins later holds nothing of before", () => {
  const held = { ...EMPTY, from: 3 };
  expect(seqs(windowOf(rows(1, 6), 6, held))).toEqual([4, 5, 6]);
  expect(windowOf(rows(1, 6), 6, held)).toMatchObject({ from: 3, atStart: true, atEnd: true });
  expect(windowOf(rows(1, 3), 3, held)).toMatchObject({ ids: [], atStart: true, atEnd: true });
  expect(windowOf(rows(5, 6), 6, held).atStart).toBe(false);
  expect([firstSeq(held), lastSeq(held)]).toEqual([3, 3]);
  expect(seqs(joined(windowOf(rows(6, 8), 8, held), rows(2, 5), 8))).toEqual([4, 5, 6, 7, 8]);
  expect(joined(windowOf(rows(6, 8), 8, held), rows(2, 5), 8).atStart).toBe(true);
  expect(seqs(joined(windowOf([], 8, held), rows(3, 5), 8))).toEqual([4, 5]);
});

test("A window whose conversation begins anew loses what came before, also past a gap", () => {
  const mine = own(windowOf(rows(1, 5), 5));
  for (const seq of [7, 9]) receive(mine, message(seq));
  const later = beginningAfter(mine, 3);
  expect([seqs(later), later.ahead, [...later.messages.keys()].length]).toEqual([[4, 5], ["m7", "m9"], 4]);
  expect(later).toMatchObject({ from: 3, atStart: true, atEnd: true });
  expect(beginningAfter(windowOf(rows(5, 8), 8), 2)).toMatchObject({ from: 2, atStart: false });
  expect(beginningAfter(mine, 7)).toMatchObject({ ids: [], ahead: ["m9"], atStart: true });
  expect(beginningAfter(windowOf(rows(1, 5), 9), 7)).toMatchObject({ ids: [], atStart: false, atEnd: false });
});

test("An empty window begins and ends at nothing", () => {
  expect(inWindow(undefined)).toEqual([]);
  expect(EMPTY).toMatchObject({ atStart: false, atEnd: false, loadingOlder: false, loadingNewer: false, loadingWindow: false });
  expect([firstSeq(windowOf([], 0)), lastSeq(windowOf([], 0))]).toEqual([0, 0]);
});

test("A page on either side joins, one that overlaps brings nothing twice, and one beyond a gap is left", () => {
  const middle = windowOf(rows(10, 20), 40);
  expect(seqs(joined(middle, rows(8, 9), 40))).toEqual(rows(8, 20).map(({ seq }) => seq));
  expect(seqs(joined(middle, rows(5, 12), 40))).toEqual(rows(5, 20).map(({ seq }) => seq));
  expect(seqs(joined(middle, rows(18, 25), 40))).toEqual(rows(10, 25).map(({ seq }) => seq));
  for (const [first, last] of [
    [22, 30],
    [3, 8],
  ] as const) {
    expect(seqs(joined(middle, rows(first, last), 40))).toEqual(rows(10, 20).map(({ seq }) => seq));
  }
  expect(joined(middle, [], 40)).toEqual(middle);
});

test("A page that brings the first or the last message says so", () => {
  const middle = windowOf(rows(10, 20), 21);
  expect(joined(middle, rows(2, 9), 21)).toMatchObject({ atStart: false, atEnd: false });
  expect(joined(middle, rows(1, 9), 21)).toMatchObject({ atStart: true, atEnd: false });
  expect(joined(middle, rows(21, 21), 21)).toMatchObject({ atStart: false, atEnd: true });
});

test("What comes past a gap waits in its order until the gap is filled", () => {
  const mine = own(windowOf(rows(1, 3), 3));
  for (const seq of [7, 5, 6]) receive(mine, message(seq));
  expect([seqs(mine), mine.ahead]).toEqual([
    [1, 2, 3],
    ["m5", "m6", "m7"],
  ]);
  expect(hasGap(mine, 7)).toBe(true);
  receive(mine, message(4));
  expect([seqs(mine), mine.ahead]).toEqual([[1, 2, 3, 4, 5, 6, 7], []]);
  expect(hasGap(mine, 7)).toBe(false);
});

test("A message is news only past the end of a window that follows it", () => {
  const ending = windowOf(rows(1, 3), 3);
  expect(relationOf(ending, message(4))).toBe("news");
  expect(relationOf(ending, { ...message(3), id: "another" })).toBe("nothing");
  expect(relationOf(ending, message(3))).toBe("nothing");
  expect(relationOf(ending, message(3, 2))).toBe("newer version");
  expect(relationOf(windowOf(rows(1, 3), 9), message(10))).toBe("nothing");
});

test("A window that has grown too long is cut where nobody looks, and says what it holds no more", () => {
  const full = windowOf(rows(1, WINDOW_MAX), WINDOW_MAX);
  const atEnd = own(full);
  receive(atEnd, message(WINDOW_MAX + 1));
  expect([firstSeq(atEnd), lastSeq(atEnd)]).toEqual([102, 301]);
  expect(atEnd).toMatchObject({ atStart: false, atEnd: true });
  expect(atEnd.messages.size).toBe(200);
  const atStart = own(full);
  receive(atStart, message(WINDOW_MAX + 1), { first: 1, last: 10 });
  expect([firstSeq(atStart), lastSeq(atStart)]).toEqual([1, 200]);
  expect(atStart).toMatchObject({ atStart: true, atEnd: false });
  const notYet = own(windowOf(rows(2, WINDOW_MAX), WINDOW_MAX));
  receive(notYet, message(WINDOW_MAX + 1));
  expect(notYet.ids.length).toBe(WINDOW_MAX);
});

test("A window is cut at the end that is farther from what is on screen, wherever in its conversation it lies", () => {
  const far = (first: number, last: number) => {
    const mine = own(windowOf(rows(1_001, 1_300), 1_300));
    receive(mine, message(1_301), { first, last });
    return [firstSeq(mine), lastSeq(mine)];
  };
  expect(far(1_010, 1_020)).toEqual([1_001, 1_200]);
  expect(far(1_140, 1_150)).toEqual([1_001, 1_200]);
  expect(far(1_150, 1_160)).toEqual([1_102, 1_301]);
});

test("A window lets go of its end where more than two hundred messages have come past a gap", () => {
  const mine = own(windowOf(rows(1, 3), 3));
  for (let seq = 5; seq < 205; seq++) receive(mine, message(seq));
  expect([mine.ahead.length, mine.atEnd]).toEqual([200, true]);
  receive(mine, message(205));
  expect([mine.ahead, mine.atEnd, seqs(mine), mine.messages.size]).toEqual([[], false, [1, 2, 3], 3]);
});
