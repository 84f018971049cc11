import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { STREAM_HEARTBEAT_MS } from "@/lib/protocol/limits";
import { FakeBrowser } from "./support/fake-browser";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

let server: ModelServer;
let browser: FakeBrowser;
let tabs: Page[];
let id: string;

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann");
  browser = new FakeBrowser();
  tabs = [];
  id = server.start("me", "ann");
  server.send(id, "ann", "first");
});
afterEach(() => {
  for (const tab of tabs) tab.stop();
  vi.useRealTimers();
});

async function openTab(): Promise<Page> {
  const tab = new Page(server, "me", { openId: id, browser }).start();
  tabs.push(tab);
  await settle();
  return tab;
}

/** All that is on its way to any tab that still runs. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) for (const tab of tabs) if (!tab.frozen) await tab.settle();
}

function crash(tab: Page): void {
  tabs = tabs.filter((other) => other !== tab);
  tab.crash(browser);
}

const contents = (tab: Page) => tab.state.transcripts[id]?.messages.map((message) => message.content);
const streams = () => server.streams.size;

describe("One stream for all tabs", () => {
  test("ten tabs hold one connection, and every tab shows every message once", async () => {
    for (let i = 0; i < 10; i++) await openTab();
    server.send(id, "ann", "second");
    await settle();
    expect(streams()).toBe(1);
    for (const tab of tabs) expect(contents(tab)).toEqual(["first", "second"]);
  });

  test("what happened between a tab's first paint and its joining reaches it", async () => {
    const [leader] = [await openTab()];
    const late = new Page(server, "me", { openId: id, browser });
    server.send(id, "ann", "in between");
    await leader.settle();
    tabs.push(late.start());
    await settle();
    expect(contents(late)).toEqual(["first", "in between"]);
  });

  test("a follower knows whether there is a connection", async () => {
    const [leader, follower] = [await openTab(), await openTab()];
    expect(follower.state.connection.status).toBe("open");
    leader.source?.cut();
    await vi.advanceTimersByTimeAsync(0);
    expect(follower.state.connection.status).toBe("lost");
  });

  test("without Web Locks each tab has a stream of its own", async () => {
    for (const _ of [1, 2]) {
      const tab = new Page(server, "me", { openId: id, browser, platform: { locks: undefined } });
      tabs.push(tab.start());
    }
    await settle();
    server.send(id, "ann", "second");
    await settle();
    expect(streams()).toBe(2);
    for (const tab of tabs) expect(contents(tab)).toEqual(["first", "second"]);
  });
});

describe("A change of leader", () => {
  test("by closing the leading tab leaves no gap", async () => {
    const [leader, follower, other] = [await openTab(), await openTab(), await openTab()];
    leader.stop();
    server.send(id, "ann", "while nobody led");
    tabs = [follower, other];
    await settle();
    expect(contents(follower)).toEqual(["first", "while nobody led"]);
    expect(contents(other)).toEqual(["first", "while nobody led"]);
    expect(streams()).toBe(1);
  });

  test("by a crash loses nothing that the leader had received and not passed on", async () => {
    const [leader, follower] = [await openTab(), await openTab()];
    server.send(id, "ann", "received");
    leader.freeze();
    leader.source?.arriveAll();
    expect(contents(leader)).toEqual(["first", "received"]);
    crash(leader);
    await settle();
    expect(contents(follower)).toEqual(["first", "received"]);
  });

  test("to a tab that is further on than another brings the other what it lacks", async () => {
    const [leader, ahead, behind] = [await openTab(), await openTab(), await openTab()];
    behind.freeze();
    server.send(id, "ann", "second");
    leader.source?.arriveAll();
    await vi.advanceTimersByTimeAsync(0);
    server.settleLog();
    server.beat();
    leader.source?.arriveAll();
    await vi.advanceTimersByTimeAsync(0);
    behind.thaw();
    expect(contents(ahead)).toEqual(["first", "second"]);
    crash(leader);
    await settle();
    expect(contents(behind)).toEqual(["first", "second"]);
  });

  test("is forced when the leader is frozen, and it follows when it wakes up", async () => {
    const [leader, follower] = [await openTab(), await openTab()];
    leader.freeze();
    server.send(id, "ann", "while the leader sleeps");
    expect(contents(follower)).toEqual(["first"]);
    await vi.advanceTimersByTimeAsync(15_000);
    await follower.settle();
    expect(contents(follower)).toEqual(["first", "while the leader sleeps"]);
    leader.thaw();
    await settle();
    server.send(id, "ann", "together again");
    await settle();
    for (const tab of tabs) expect(contents(tab)).toEqual(["first", "while the leader sleeps", "together again"]);
    expect(streams()).toBe(1);
  });

  test("that was forced is made good by the tab that slept through it, before anything else happens", async () => {
    const [leader, follower] = [await openTab(), await openTab()];
    leader.freeze();
    server.send(id, "ann", "while the leader sleeps");
    await vi.advanceTimersByTimeAsync(15_000);
    await follower.settle();
    leader.thaw();
    expect(contents(leader)).toEqual(["first"]);
    await vi.advanceTimersByTimeAsync(100);
    follower.source?.arriveAll();
    await vi.advanceTimersByTimeAsync(0);
    expect(contents(leader)).toEqual(["first", "while the leader sleeps"]);
    expect(streams()).toBe(1);
  });

  test("that was forced leaves the tab that slept in the queue: it leads again when the other closes", async () => {
    const [leader, follower] = [await openTab(), await openTab()];
    leader.freeze();
    await vi.advanceTimersByTimeAsync(15_000);
    await follower.settle();
    leader.thaw();
    await settle();
    follower.stop();
    tabs = [leader];
    server.send(id, "ann", "alone again");
    await settle();
    expect(contents(leader)).toEqual(["first", "alone again"]);
    expect(streams()).toBe(1);
  });

  test("is not forced by a tab that nobody looks at, nor on a leader that is merely idle", async () => {
    const [leader, follower] = [await openTab(), await openTab()];
    const opened = leader.sources.length;
    follower.visible = false;
    for (let seconds = 0; seconds < 120; seconds += STREAM_HEARTBEAT_MS / 1_000) {
      if (seconds === 60) follower.visible = true;
      server.beat();
      leader.source?.arriveAll();
      await vi.advanceTimersByTimeAsync(STREAM_HEARTBEAT_MS);
    }
    expect(follower.sources).toHaveLength(0);
    expect(leader.sources).toHaveLength(opened);
  });

  test("a tab that the browser has put away for going back to leaves the lead, and catches up when it is back", async () => {
    const [leader, follower] = [await openTab(), await openTab()];
    leader.lifecycle?.suspend();
    server.send(id, "ann", "meanwhile");
    await settle();
    expect(contents(follower)).toEqual(["first", "meanwhile"]);
    expect(contents(leader)).toEqual(["first"]);
    leader.lifecycle?.resume();
    await settle();
    expect(contents(leader)).toEqual(["first", "meanwhile"]);
    expect(streams()).toBe(1);
  });
});

describe("A frame that a tab missed", () => {
  test("makes it ask for all that it lacks", async () => {
    const [leader, follower] = [await openTab(), await openTab()];
    follower.freeze();
    server.rename("ann", "Ann");
    leader.source?.arriveAll();
    await vi.advanceTimersByTimeAsync(0);
    follower.thaw();
    server.send(id, "ann", "heard");
    await settle();
    expect(contents(follower)).toEqual(["first", "heard"]);
    expect(follower.state.conversations[id]?.otherParticipant?.name).toBe("Ann");
  });
});

test("When the log does not reach back every tab loads afresh", async () => {
  const [leader, follower] = [await openTab(), await openTab()];
  leader.source?.cut();
  server.send(id, "ann", "long ago");
  server.rename("ann", "Ann the Second");
  server.prune();
  await vi.advanceTimersByTimeAsync(2_000);
  await settle();
  for (const tab of [leader, follower]) {
    expect(contents(tab)).toEqual(["first", "long ago"]);
    expect(tab.state.conversations[id]?.otherParticipant?.name).toBe("Ann the Second");
  }
});

describe("A tab that slept while its leader was told something", () => {
  const readByAnn = (tab: Page) => tab.state.conversations[id]?.otherReadSeq;

  async function sleepThrough(): Promise<[Page, Page]> {
    const [leader, follower] = [await openTab(), await openTab()];
    server.send(id, "me", "mine");
    await settle();
    follower.freeze();
    server.read(id, "ann", 2);
    await settle();
    follower.thaw();
    expect(readByAnn(follower)).toBe(1);
    return [leader, follower];
  }

  test("shows that too with the next thing that happens", async () => {
    const [, follower] = await sleepThrough();
    server.rename("ann", "Ann");
    await settle();
    expect(readByAnn(follower)).toBe(2);
    expect(follower.state.conversations[id]?.otherParticipant?.name).toBe("Ann");
  });

  test("shows that too when the leader's stream comes back", async () => {
    const [leader, follower] = await sleepThrough();
    leader.source?.cut();
    await settle();
    expect(readByAnn(follower)).toBe(2);
  });
});

describe("A tab that opened while its leader slept", () => {
  test("waits for an answer, and asks for it again after three seconds", async () => {
    const leader = await openTab();
    leader.freeze();
    const late = new Page(server, "me", { openId: id, browser });
    server.read(id, "me", 1);
    tabs.push(late.start());
    await vi.advanceTimersByTimeAsync(1_000);
    leader.thaw();
    const opened = leader.sources.length;
    server.rename("ann", "Ann");
    leader.source?.arriveAll();
    await vi.advanceTimersByTimeAsync(100);
    expect(leader.sources).toHaveLength(opened);
    expect(late.state.conversations[id]?.readSeq).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    server.rename("ann", "Anna");
    leader.source?.arriveAll();
    await settle();
    expect(late.state.conversations[id]).toMatchObject({ readSeq: 1, otherParticipant: { name: "Anna" } });
    expect(late.sources).toEqual([]);
  });
});

test("A leader that is well keeps the lead, however little it has to tell", async () => {
  const [, follower] = [await openTab(), await openTab()];
  await vi.advanceTimersByTimeAsync(14_000);
  expect(follower.sources).toEqual([]);
});

test("Every tab knows at once that there is no network", async () => {
  const [leader, follower] = [await openTab(), await openTab()];
  leader.lifecycle?.offline();
  await vi.advanceTimersByTimeAsync(0);
  for (const tab of tabs) expect(tab.state.connection.status).toBe("lost");
  follower.lifecycle?.wake();
  await settle();
  for (const tab of tabs) expect(tab.state.connection.status).toBe("open");
});

test("A connection that is replaced unseen has been open since its first", async () => {
  const leader = await openTab();
  const { connection } = leader.state;
  await openTab();
  expect(leader.sources.length).toBeGreaterThan(1);
  expect(leader.state.connection).toBe(connection);
});

test.each([["locks"], ["openChannel"]])("Where the browser has no %s each tab has a stream of its own", async (missing) => {
  for (let i = 0; i < 2; i++) {
    tabs.push(new Page(server, "me", { openId: id, browser, platform: { [missing]: undefined } }).start());
    await settle();
  }
  server.send(id, "ann", "second");
  await settle();
  expect(streams()).toBe(2);
  for (const tab of tabs) expect(contents(tab)).toEqual(["first", "second"]);
});

test("A page that is gone back to shows that it connects; one that never went away keeps its connection", async () => {
  const tab = await openTab();
  tab.lifecycle?.resume();
  expect(tab.sources).toHaveLength(1);
  tab.lifecycle?.suspend();
  tab.lifecycle?.resume();
  expect(tab.state.connection.status).toBe("connecting");
  await settle();
  expect(tab.state.connection.status).toBe("open");
});
