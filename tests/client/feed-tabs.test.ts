import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createFeed } from "@/lib/client/sync/feed";
import { type TabMessage, tabsOf } from "@/lib/client/sync/tabs";
import { PING, PROTOCOL_VERSION } from "@/lib/protocol/events";
import { FakeBrowser } from "./support/fake-browser";
import { ModelSource } from "./support/model-source";
import { FAKE_TIMERS } from "./support/page";

let browser: FakeBrowser;
/** What tabs of this browser tell one another. */
let told: TabMessage[];
let ends: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  browser = new FakeBrowser();
  told = [];
  ends = [];
  browser.openChannel(tabsOf("me")).onmessage = ({ data }) => told.push(data);
});
afterEach(() => {
  for (const end of ends) end();
  vi.useRealTimers();
});

const types = () => told.map(({ type }) => type);
const passes = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

function tab(options: Partial<Parameters<typeof createFeed>[0]> = {}) {
  const heard = { apply: vi.fn(), onConnection: vi.fn(), onAsked: vi.fn(), onJoined: vi.fn(), onOutbox: vi.fn(), onLeft: vi.fn() };
  const sources: ModelSource[] = [];
  const openChannel = vi.fn(() => browser.openChannel(tabsOf("me")));
  const onLead = vi.fn(() => () => {});
  const feed = createFeed({
    userId: "me",
    cursor: "a",
    connect() {
      const source = new ModelSource("me");
      sources.push(source);
      source.opens();
      return source;
    },
    openChannel,
    locks: browser.locksOf({ frozen: false }),
    onRefused() {},
    onLead,
    isVisible: () => true,
    ...heard,
    ...options,
  });
  ends.push(feed.stop);
  return { feed, sources, openChannel, onLead, ...heard };
}

describe("A tab that leads", () => {
  test("answers who asks, and takes the asking as a reason to hope itself", async () => {
    const leader = tab();
    leader.feed.start();
    const follower = tab();
    follower.feed.start();
    await passes();
    told.length = 0;
    follower.feed.nudge();
    await passes();
    expect(types()).toEqual(["ask", "here"]);
    expect([leader.onAsked.mock.calls.length, follower.onAsked.mock.calls.length]).toEqual([1, 0]);
    await passes(3_000);
    expect(follower.onLead).not.toHaveBeenCalled();
  });

  test("does not take from another what only a leader says", async () => {
    const leader = tab();
    leader.feed.start();
    await passes();
    leader.onConnection.mockClear();
    browser.openChannel(tabsOf("me")).postMessage({ type: "connection", connection: { status: "lost", since: 7 } });
    await passes();
    expect(leader.onConnection).not.toHaveBeenCalled();
  });

  test("applies nothing where only the cursor has moved", async () => {
    const leader = tab();
    leader.feed.start();
    await passes();
    leader.sources[0]?.send({ type: "ready" }, "b");
    leader.sources[0]?.arriveAll();
    leader.apply.mockClear();
    leader.sources[0]?.push(PING, "c", 0);
    leader.sources[0]?.arriveAll();
    expect(leader.apply).not.toHaveBeenCalled();
    await passes();
    expect(told.at(-1)).toMatchObject({ type: "frames", frames: [{ event: null, id: "c" }] });
  });
});

describe("A tab", () => {
  test("begins once, however often it is told to, and anew after it has stopped", async () => {
    const { feed, openChannel, onLead } = tab();
    feed.start();
    feed.start();
    await passes();
    expect([openChannel.mock.calls.length, onLead.mock.calls.length]).toEqual([1, 1]);
    feed.stop();
    feed.start();
    await passes();
    expect([openChannel.mock.calls.length, onLead.mock.calls.length]).toEqual([2, 2]);
  });

  test("that has not begun, or has stopped, does not take the lead because there is hope", async () => {
    const leader = tab();
    leader.feed.start();
    const other = tab();
    other.feed.nudge();
    await passes(3_000);
    other.feed.start();
    await passes();
    other.feed.stop();
    other.feed.nudge();
    await passes(3_000);
    expect(other.onLead).not.toHaveBeenCalled();
    expect(types()).not.toContain("ask");
  });

  test.each([["locks"], ["openChannel"]] as const)(
    "speaks to no other where there are no %s, and has a stream of its own",
    async (missing) => {
      const { feed, openChannel, sources } = tab({ [missing]: undefined });
      feed.start();
      await passes();
      expect([openChannel.mock.calls.length, sources.length]).toEqual([0, 1]);
      expect(told).toEqual([]);
    },
  );

  test("hears what others of the same person tell, of whatever kind", async () => {
    const { feed, apply, onJoined, onOutbox, onLeft } = tab();
    feed.start();
    await passes();
    const other = browser.openChannel(tabsOf("me"));
    const item = { clientId: "1" } as never;
    const event = { type: "signed_out" } as const;
    for (const message of [
      { type: "join", cursors: ["a"] },
      { type: "event", event },
      { type: "left" },
      { type: "unsent", item },
      { type: "unsent-gone", item },
    ] satisfies TabMessage[]) {
      other.postMessage(message);
    }
    await passes();
    expect([onJoined.mock.calls.length, onLeft.mock.calls.length]).toEqual([1, 1]);
    expect(apply.mock.calls).toEqual([[[event]]]);
    expect(onOutbox.mock.calls).toEqual([[{ type: "unsent", item }], [{ type: "unsent-gone", item }]]);
  });
});

test("Tabs of two people, or of versions that know other events, hear nothing of one another", () => {
  expect(tabsOf("me")).toBe(`parley tabs ${PROTOCOL_VERSION} me`);
  expect(tabsOf("ann")).not.toBe(tabsOf("me"));
});
