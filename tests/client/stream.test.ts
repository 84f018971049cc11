import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createStream, SILENCE_MAX_MS } from "@/lib/client/stream";
import { ModelServer, ModelSource } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

beforeEach(() => void vi.useFakeTimers(FAKE_TIMERS));
afterEach(() => void vi.useRealTimers());

function open() {
  const sources: ModelSource[] = [];
  const seen = { events: [] as string[], statuses: [] as string[], refused: 0, connectedAt: [] as number[] };
  const stream = createStream({
    connect() {
      seen.connectedAt.push(Date.now());
      const source = new ModelSource("me");
      sources.push(source);
      return source;
    },
    from: () => "1-1-0",
    onConnecting: () => {},
    onEvent: (event) => seen.events.push(event.type),
    onCursor: () => seen.events.push("cursor"),
    onStatus: (status) => seen.statuses.push(status),
    onRefused: () => seen.refused++,
  });
  stream.connect();
  const last = () => sources.at(-1) as ModelSource;
  return { stream, sources, seen, last };
}

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

  test("for an answer that is not a stream, asks why", () => {
    const { last, seen } = open();
    last().cut(2);
    expect(seen.refused).toBe(1);
    expect(seen.statuses).toEqual(["lost"]);
  });
});

describe("A stream that falls silent", () => {
  test("for twice the heartbeat is given up for a new one", async () => {
    const { sources, last } = open();
    last().push("ping", "1-1-0", 0);
    last().arriveAll();
    await vi.advanceTimersByTimeAsync(SILENCE_MAX_MS);
    expect(sources).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(sources).toHaveLength(2);
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
      await vi.advanceTimersByTimeAsync(15_000);
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
    expect(asked.mock.calls[0]?.[1]).toContain("lastEventId=1-1-0");
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
