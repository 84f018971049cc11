import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Connection } from "@/lib/client/store/state";
import { createFollowing } from "@/lib/client/sync/following";
import type { Frame, TabMessage } from "@/lib/client/sync/tabs";

const OPEN: Connection = { status: "open", since: 1 };
const frame = (id: string): Frame => ({ event: null, id });
const frames = (number: number, opening = "first"): TabMessage => ({ type: "frames", opening, number, frames: [frame(`${number}`)] });
const opened = (from: string[], opening = "first"): TabMessage => ({ type: "opened", opening, from, connection: OPEN });
const join = (...cursors: string[]) => ({ type: "join", cursors });

let stands: string[];
let watchful: boolean;
let told: TabMessage[];
let taken: string[];
const seize = vi.fn();
const setConnection = vi.fn();
let tab: ReturnType<typeof createFollowing>;

beforeEach(() => {
  vi.useFakeTimers();
  stands = ["a"];
  watchful = true;
  told = [];
  taken = [];
  seize.mockReset();
  setConnection.mockReset();
  tab = createFollowing({
    stands: () => stands,
    tell: (message) => told.push(message),
    take: (some) => taken.push(...some.map(({ id }) => id)),
    setConnection,
    isWatchful: () => watchful,
    seize,
  });
  tab.start();
});
afterEach(() => {
  tab.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("A tab that follows", () => {
  test("says where it stands, and takes what comes of an opening from there, in its order", () => {
    expect(told).toEqual([join("a")]);
    tab.hear(opened(["a", "b"]));
    for (const number of [1, 2, 3]) tab.hear(frames(number));
    expect(taken).toEqual(["1", "2", "3"]);
    expect(told).toHaveLength(1);
    expect(setConnection.mock.calls).toEqual([[OPEN]]);
  });

  test("follows no opening that does not resume from all that it stands at", () => {
    stands = ["a", "b"];
    tab.hear(opened(["a"]));
    tab.hear(frames(1));
    expect(taken).toEqual([]);
    expect(told).toEqual([join("a"), join("a", "b")]);
  });

  test("that missed one asks for all that it lacks, and takes nothing past it", () => {
    tab.hear(opened(["a"]));
    for (const number of [1, 3]) tab.hear(frames(number));
    expect(taken).toEqual(["1"]);
    expect(told).toHaveLength(2);
    tab.hear(frames(2));
    expect(taken).toEqual(["1"]);
  });

  test("takes nothing of another opening, and begins with its first where it follows that", () => {
    tab.hear(opened(["a"]));
    tab.hear(frames(1));
    tab.hear(frames(2, "second"));
    expect(taken).toEqual(["1"]);
    expect(told).toHaveLength(2);
    tab.hear(opened(["a"], "third"));
    tab.hear(frames(1, "third"));
    expect(taken).toEqual(["1", "1"]);
  });

  test("waits three seconds for an answer before it says again where it stands", () => {
    tab.hear(frames(1));
    vi.advanceTimersByTime(3_000);
    tab.hear(frames(2));
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(1);
    tab.hear(frames(3));
    expect(told).toEqual([join("a"), join("a")]);
    expect(taken).toEqual([]);
  });

  test("shows the connection that its leader has", () => {
    const lost: Connection = { status: "lost", since: 2 };
    tab.hear({ type: "connection", connection: lost });
    expect(setConnection.mock.calls).toEqual([[lost]]);
    expect(told).toHaveLength(1);
  });
});

describe("A leader that says nothing", () => {
  const asked = () => told.filter(({ type }) => type === "ask").length;

  test("is asked after more than five seconds, once, and its lead taken three seconds later", () => {
    vi.advanceTimersByTime(7_499);
    expect(asked()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(asked()).toBe(1);
    vi.advanceTimersByTime(2_999);
    expect([asked(), seize.mock.calls.length]).toEqual([1, 0]);
    vi.advanceTimersByTime(1);
    expect(seize).toHaveBeenCalledTimes(1);
  });

  test("and answers keeps its lead, and is asked again after as much silence", () => {
    vi.advanceTimersByTime(7_500);
    tab.hear({ type: "here" });
    vi.advanceTimersByTime(5_000);
    expect([asked(), seize.mock.calls.length]).toEqual([1, 0]);
    vi.advanceTimersByTime(2_500);
    expect(asked()).toBe(2);
  });

  test("is not asked by a tab that nobody looks at", () => {
    watchful = false;
    vi.advanceTimersByTime(60_000);
    expect(asked()).toBe(0);
  });

  test("is asked at once by who has reason to hope, and again only once that is settled", () => {
    tab.ask();
    tab.ask();
    expect(asked()).toBe(1);
    tab.calm();
    tab.ask();
    expect(asked()).toBe(2);
    vi.advanceTimersByTime(3_000);
    expect(seize).toHaveBeenCalledTimes(1);
    tab.ask();
    expect(asked()).toBe(3);
  });

  test("is left alone by a tab that has stopped", () => {
    tab.ask();
    tab.stop();
    vi.advanceTimersByTime(60_000);
    expect([asked(), seize.mock.calls.length]).toEqual([1, 0]);
  });
});
