import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createStream, SILENCE_MAX_MS } from "@/lib/client/sync/stream";
import { STREAM_HEARTBEAT_MS } from "@/lib/protocol/limits";
import { ModelServer } from "./support/model-server";
import { ModelSource } from "./support/model-source";
import { FAKE_TIMERS, Page } from "./support/page";

beforeEach(() => void vi.useFakeTimers(FAKE_TIMERS));
afterEach(() => void vi.useRealTimers());

function open() {
  const sources: ModelSource[] = [];
  const seen = { events: [] as string[], statuses: [] as string[], since: [] as number[], refused: 0, connectedAt: [] as number[] };
  const stream = createStream({
    connect() {
      seen.connectedAt.push(Date.now());
      const source = new ModelSource("me");
      sources.push(source);
      return source;
    },
    from: () => ["1-1-0"],
    onConnecting: () => {},
    onEvent: (event) => seen.events.push(event?.type ?? "cursor"),
    onStatus(status, since) {
      seen.statuses.push(status);
      seen.since.push(since);
    },
    onRefused: () => seen.refused++,
  });
  stream.connect();
  const last = () => sources.at(-1) as ModelSource;
  return { stream, sources, seen, last };
}

describe("A stream", () => {
  test("says where it resumes and that it is open, and passes on what comes, with its cursor", () => {
    const told: unknown[] = [];
    const source = new ModelSource("me");
    const stream = createStream({
      connect: (from) => {
        told.push(["connect", from]);
        return source;
      },
      from: () => ["1-7-0"],
      onConnecting: (from) => told.push(["connecting", from]),
      onEvent: (event, id) => told.push([event?.type ?? "cursor", id]),
      onStatus: (status) => told.push([status]),
      onRefused: () => told.push(["refused"]),
    });
    stream.connect();
    source.opens();
    const user = { id: "ann", username: "ann", name: null, avatarURL: null };
    const message = { id: "m", conversationId: "c", seq: 1, content: "hello", createdAt: "", mine: false, sender: user };
    source.send({ type: "message", message }, "1-7-1");
    source.send({ type: "sent", message: { ...message, mine: true } }, "1-7-2");
    source.send({ type: "read", conversationId: "c", userId: "ann", seq: 1 }, "1-7-3");
    source.send({ type: "user", user }, "1-7-4");
    source.send({ type: "presence", online: [], offline: [], complete: true }, "");
    source.send({ type: "ready" }, "1-8-0");
    source.send({ type: "reset" }, "1-9-0");
    source.send({ type: "signed_out" }, "");
    source.push("ping", "1-10-0", 0);
    source.arriveAll();
    expect(told).toEqual([
      ["connecting", ["1-7-0"]],
      ["connect", ["1-7-0"]],
      ["open"],
      ["message", "1-7-1"],
      ["sent", "1-7-2"],
      ["read", "1-7-3"],
      ["user", "1-7-4"],
      ["presence", ""],
      ["ready", "1-8-0"],
      ["reset", "1-9-0"],
      ["signed_out", ""],
      ["cursor", "1-10-0"],
    ]);
    stream.close();
  });

  test("that is asked to connect again leaves its connection for the new one", () => {
    const { stream, sources } = open();
    stream.connect();
    expect(sources.map(({ readyState }) => readyState)).toEqual([2, 0]);
  });

  test("that is closed is not opened again, and leaves no timer", async () => {
    const { stream, sources, last } = open();
    last().cut();
    stream.close();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(sources).toHaveLength(1);
  });
});

describe("A stream that breaks", () => {
  test("is opened again, after delays that grow to thirty seconds and differ from page to page", () => {
    const delaysOf = ({ last, seen, stream }: ReturnType<typeof open>) => {
      for (let i = 0; i < 12; i++) {
        last().cut();
        vi.advanceTimersToNextTimer();
      }
      stream.close();
      return seen.connectedAt.slice(1).map((at, i) => at - (seen.connectedAt[i] ?? 0));
    };
    const [one, other] = [delaysOf(open()), delaysOf(open())];
    const grown = (n: number) => Math.min(30_000, 1_000 * 2 ** n);
    one.forEach((delay, n) => {
      expect(delay).toBeGreaterThanOrEqual(grown(n) / 2);
      expect(delay).toBeLessThanOrEqual(grown(n));
    });
    expect(one).not.toEqual(other);
  });

  test("is tried at once when there is reason to hope", () => {
    const { stream, last, sources } = open();
    last().cut();
    stream.nudge();
    expect(sources).toHaveLength(2);
    stream.nudge();
    expect(sources).toHaveLength(2);
  });

  test("waits a second again after it has worked", async () => {
    const { last, sources } = open();
    for (let i = 0; i < 6; i++) {
      last().cut();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    last().send({ type: "ready" }, "1-1-0");
    last().arriveAll();
    const before = sources.length;
    last().cut();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sources).toHaveLength(before + 1);
  });

  test("before it has brought anything waits longer each time, though it was open", async () => {
    const { last, sources } = open();
    for (let i = 0; i < 6; i++) {
      last().opens();
      last().arriveAll();
      last().cut();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    const before = sources.length;
    last().cut();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sources).toHaveLength(before);
  });

  test("by the network alone does not ask why", () => {
    const { last, seen } = open();
    last().cut(0);
    expect(seen.refused).toBe(0);
    expect(seen.statuses).toEqual(["lost"]);
  });

  test("is lost at once where the browser knows of no network, and tried again in case it errs", async () => {
    const { stream, seen, last, sources } = open();
    last().opens();
    last().arriveAll();
    stream.lose();
    expect(seen.statuses).toEqual(["open", "lost"]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sources).toHaveLength(2);
    last().opens();
    last().arriveAll();
    expect(seen.statuses.at(-1)).toBe("open");
  });

  test("and is said to have no network either is tried again no later for that", async () => {
    const { stream, seen, last, sources } = open();
    last().cut();
    await vi.advanceTimersByTimeAsync(400);
    stream.lose();
    expect(seen.statuses).toEqual(["lost"]);
    await vi.advanceTimersByTimeAsync(600);
    expect(sources).toHaveLength(2);
  });

  test("for an answer that is not a stream, asks why", () => {
    const { last, seen } = open();
    last().cut(2);
    expect(seen.refused).toBe(1);
    expect(seen.statuses).toEqual(["lost"]);
  });
});

describe("A stream that falls silent", () => {
  test("for longer than a heartbeat takes is given up for a new one, which nobody sees where that one answers", async () => {
    const { sources, seen, last } = open();
    last().push("ping", "1-1-0", 0);
    last().arriveAll();
    await vi.advanceTimersByTimeAsync(SILENCE_MAX_MS);
    expect(sources).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sources).toHaveLength(2);
    last().opens();
    last().arriveAll();
    await vi.advanceTimersByTimeAsync(SILENCE_MAX_MS);
    expect(seen.statuses).toEqual(["open"]);
  });

  test("is lost within twelve seconds of its last byte where no new one answers either, and since that byte", async () => {
    const { seen, last } = open();
    await vi.advanceTimersByTimeAsync(300);
    last().push("ping", "1-1-0", 0);
    last().arriveAll();
    const heardAt = Date.now();
    await vi.advanceTimersByTimeAsync(12_000);
    expect(seen.statuses).toEqual(["lost"]);
    expect(seen.since).toEqual([heardAt]);
  });

  test("while the machine slept has been lost only since it woke", async () => {
    const { seen, last } = open();
    last().push("ping", "1-1-0", 0);
    last().arriveAll();
    vi.setSystemTime(Date.now() + 3_600_000);
    const wokeAt = Date.now();
    await vi.advanceTimersByTimeAsync(500);
    last().cut();
    expect(seen.since[0]).toBeGreaterThanOrEqual(wokeAt);
  });

  test("and is asked after is given up at once, and not before its time", async () => {
    const { sources, last, stream } = open();
    last().push("ping", "1-1-0", 0);
    last().arriveAll();
    vi.setSystemTime(Date.now() + SILENCE_MAX_MS);
    stream.nudge();
    expect(sources).toHaveLength(1);
    vi.setSystemTime(Date.now() + 1);
    stream.nudge();
    expect(sources).toHaveLength(2);
  });

  test("after it has opened has as long as any other", async () => {
    const { sources, last } = open();
    last().opens();
    last().arriveAll();
    await vi.advanceTimersByTimeAsync(SILENCE_MAX_MS);
    expect(sources).toHaveLength(1);
  });

  test("from the beginning is given up sooner, for a server that is there answers at once", async () => {
    const { sources } = open();
    await vi.advanceTimersByTimeAsync(17_000);
    expect(sources).toHaveLength(2);
  });

  test("but for its heartbeat stays", async () => {
    const { sources, last } = open();
    for (let i = 0; i < 20; i++) {
      last().push("ping", "1-1-0", 0);
      last().arriveAll();
      await vi.advanceTimersByTimeAsync(STREAM_HEARTBEAT_MS);
    }
    expect(sources).toHaveLength(1);
  });

  test("because the machine slept is found out with the first look after waking", async () => {
    const { sources } = open();
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(6_500);
    expect(sources).toHaveLength(2);
  });
});

test("A kind that only a newer server knows is passed over, and what comes after it is not", () => {
  const { last, seen } = open();
  last().push("poke", "1-1-1", { conversationId: "c" });
  last().send({ type: "read", conversationId: "c", userId: "ann", seq: 1 }, "1-1-2");
  last().arriveAll();
  expect(seen.events).toEqual(["read"]);
});

test("An event of a shape that this version does not know calls for a fresh load", () => {
  const { last, seen } = open();
  last().push("read", "1-1-1", { conversationId: 7 });
  last().arriveAll();
  expect(seen.events).toEqual(["reset"]);
});

describe("The cursor", () => {
  test("moves once an event was applied: one whose applying fails is asked for again", async () => {
    const server = new ModelServer("me", "ann");
    const id = server.start("me", "ann");
    const page = new Page(server, "me", { openId: id }).start();
    server.send(id, "ann", "before");
    await page.settle();
    const source = page.source;
    server.settleLog();
    server.send(id, "ann", "fragile");
    const stop = page.messenger.subscribe(() => {
      throw new Error("A listener fails.");
    });
    expect(() => source?.arriveAll()).toThrow("A listener fails.");
    stop();
    source?.cut();
    const asked = vi.spyOn(server, "open");
    page.lifecycle?.wake();
    expect(asked.mock.calls[0]?.[1]).toContain("lastEventId=1-1-1&");
    page.stop();
  });

  test("stays where it is with an event that has no place in the log", async () => {
    const server = new ModelServer("me", "ann");
    const page = new Page(server, "me").start();
    await page.settle();
    page.source?.push("presence", "", { online: ["ann"], offline: [], complete: false });
    page.source?.arriveAll();
    expect(page.state.online.has("ann")).toBe(true);
    page.source?.cut();
    const asked = vi.spyOn(server, "open");
    page.lifecycle?.wake();
    expect(asked.mock.calls[0]?.[1]).toContain("lastEventId=1-1-0&");
    page.stop();
  });

  test("is carried along by the heartbeat, so that a quiet page does not fall out of the log", async () => {
    const server = new ModelServer("me", "ann", "bob");
    const page = new Page(server, "me").start();
    await page.settle();
    server.send(server.start("ann", "bob"), "ann", "none of my business");
    server.settleLog();
    server.beat();
    page.source?.arriveAll();
    server.prune();
    page.source?.cut();
    server.requests.length = 0;
    await vi.advanceTimersByTimeAsync(2_000);
    await page.settle();
    expect(server.requests).toEqual([]);
    page.stop();
  });
});

test("A page whose session has ended says so and stops asking", async () => {
  const server = new ModelServer("me", "ann");
  const page = new Page(server, "me").start();
  await page.settle();
  page.refusal = { status: 401, body: { message: "Sign in to go on." } };
  page.source?.cut(2);
  await page.settle();
  expect(page.state.signedOut).toBe(true);
  const opened = page.sources.length;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(page.sources).toHaveLength(opened);
  page.stop();
});
