import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLeading } from "@/lib/client/sync/leading";
import type { Frame, TabMessage } from "@/lib/client/sync/tabs";
import { PING, type StreamEvent } from "@/lib/protocol/events";
import { ModelSource } from "./support/model-source";

const event = (seq: number): StreamEvent => ({ type: "read", conversationId: "c", userId: "ann", seq });
const READY: StreamEvent = { type: "ready" };

let stands: string[];
let told: TabMessage[];
let taken: Frame[][];
let opened: string[][];
let source: ModelSource;
let leader: ReturnType<typeof createLeading>;

beforeEach(() => {
  vi.useFakeTimers();
  stands = ["a"];
  told = [];
  taken = [];
  opened = [];
  leader = createLeading({
    connect(from) {
      opened.push(from);
      source = new ModelSource("me");
      source.opens();
      return source;
    },
    stands: () => stands,
    tell: (message) => told.push(message),
    take: (frames) => taken.push([...frames]),
    connection: () => ({ status: "connecting", since: 0 }),
    onStatus() {},
    onRefused() {},
  });
  leader.connect();
});
afterEach(() => {
  leader.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function come(...events: [StreamEvent, string][]): void {
  for (const [what, id] of events) source.send(what, id);
  source.arriveAll();
}
const passed = () => told.flatMap((message) => (message.type === "frames" ? [message.frames.map(({ id }) => id)] : []));
const openings = () => told.flatMap((message) => (message.type === "opened" ? message : []));

describe("What the stream brings", () => {
  test("of what was missed comes in one piece, and what happens then one by one, each with its number", () => {
    come([event(1), "1"], [event(2), "2"]);
    expect(passed()).toEqual([]);
    come([READY, "3"], [event(4), "4"], [event(5), "5"]);
    expect(passed()).toEqual([["1", "2", "3"], ["4"], ["5"]]);
    expect(taken.map((frames) => frames.map(({ id }) => id))).toEqual(passed());
    expect(told.flatMap((message) => (message.type === "frames" ? message.number : []))).toEqual([1, 2, 3]);
    expect(new Set(told.flatMap((message) => ("opening" in message ? message.opening : []))).size).toBe(1);
  });

  test("of what was missed and takes long comes every half second", () => {
    come([event(1), "1"]);
    vi.advanceTimersByTime(499);
    expect(passed()).toEqual([]);
    come([event(2), "2"]);
    vi.advanceTimersByTime(1);
    expect(passed()).toEqual([["1", "2"]]);
    come([READY, "3"]);
    expect(passed()).toEqual([["1", "2"], ["3"]]);
  });

  test("is live too after the news that all is to be loaded afresh, and a heartbeat among what was missed is no end of it", () => {
    source.push(PING, "0", 0);
    source.arriveAll();
    expect(passed()).toEqual([]);
    come([{ type: "reset" }, "1"], [event(2), "2"]);
    expect(passed()).toEqual([["0", "1"], ["2"]]);
  });

  test("is told to nobody where it is nothing", () => {
    come([READY, "1"]);
    leader.lose();
    expect(told.map(({ type }) => type)).toEqual(["opened", "frames"]);
  });

  test("and has not been passed on when the connection is lost is, before that is said", () => {
    come([event(1), "1"]);
    leader.lose();
    expect(passed()).toEqual([["1"]]);
  });
});

describe("An opening", () => {
  test("says where it resumes from, and has a name of its own each time", () => {
    leader.connect();
    leader.connect();
    expect(openings().map(({ from }) => from)).toEqual([["a"], ["a"], ["a"]]);
    expect(new Set(openings().map(({ opening }) => opening)).size).toBe(3);
    expect(openings().every(({ opening }) => opening !== "")).toBe(true);
  });

  test("of another leader has another name", () => {
    const other: TabMessage[] = [];
    const second = createLeading({
      connect: () => new ModelSource("me"),
      stands: () => stands,
      tell: (message) => other.push(message),
      take() {},
      connection: () => ({ status: "connecting", since: 0 }),
      onStatus() {},
      onRefused() {},
    });
    second.connect();
    second.close();
    expect(openings()[0]?.opening).not.toBe(other.find((message) => message.type === "opened")?.opening);
  });

  test("resumes from where other tabs stand too, of which several are waited for, until frames have led them on", () => {
    leader.reopenFrom(["b"]);
    vi.advanceTimersByTime(29);
    leader.reopenFrom(["c", "a"]);
    vi.advanceTimersByTime(29);
    expect(opened).toEqual([["a"]]);
    vi.advanceTimersByTime(1);
    expect(opened.at(-1)).toEqual(["a", "b", "c"]);
    // What has no place in the log leads nobody on.
    come([READY, ""], [event(1), ""]);
    expect(passed()).toEqual([[""], [""]]);
    leader.connect();
    expect(opened.at(-1)).toEqual(["a", "b", "c"]);
    come([event(1), ""], [READY, "2"]);
    stands = ["2"];
    leader.connect();
    expect(opened.at(-1)).toEqual(["2"]);
  });

  test("from before anybody was heard of resumes from there all the same", () => {
    leader.close();
    leader.reopenFrom(["b"]);
    leader.close();
    vi.advanceTimersByTime(60);
    expect(opened).toHaveLength(1);
    leader.connect();
    expect(opened.at(-1)).toEqual(["a", "b"]);
  });
});
