import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

/** Next reads the list (its layout) and the conversation (its page) apart, and gives out a page that it has kept. */
let server: ModelServer;
let id: string;
let page: Page;

const OTHERS = Array.from({ length: 12 }, (_, i) => `p${i}`);

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann", ...OTHERS);
  id = server.start("me", "ann");
  server.send(id, "ann", "hello");
  for (const other of OTHERS) server.send(server.start("me", other), other, "hello");
  server.settleLog();
});
afterEach(() => {
  page.stop();
  vi.useRealTimers();
});

const otherName = () => page.state.conversations[id]?.otherParticipant?.name;
const senderName = () => page.state.transcripts[id]?.messages[0]?.sender.name;

/** Ann takes another name, and no cursor of before names that any more. */
function rename(): void {
  server.rename("ann", "Ann");
  server.settleLog();
}

async function leaveBehind(): Promise<void> {
  for (const other of OTHERS) {
    page.messenger.open(server.start("me", other));
    await page.settle();
  }
  expect(page.state.transcripts[id]).toBeUndefined();
}

/** A page that was shown and left for others; Ann has taken another name since. */
async function paintedLongAgo() {
  page.messenger.expect(id);
  const painted = server.painted("me", id);
  page.messenger.seed(painted);
  page.messenger.open(id);
  await page.settle();
  await leaveBehind();
  rename();
  await page.settle();
  return painted;
}

describe("What happened between the reading of the list and that of the conversation", () => {
  test("shows where the conversation was read first", async () => {
    const painted = server.painted("me", id);
    rename();
    page = new Page(server, "me");
    page.messenger.seed(painted);
    page.start();
    await page.settle();
    expect([otherName(), senderName()]).toEqual(["Ann", "Ann"]);
  });

  test("shows where the list was read first", async () => {
    const snapshot = server.snapshot("me");
    rename();
    page = new Page(server, "me", { snapshot });
    page.messenger.seed(server.painted("me", id));
    page.start();
    await page.settle();
    expect([otherName(), senderName()]).toEqual(["Ann", "Ann"]);
  });
});

describe("A conversation that is painted while the page lives", () => {
  beforeEach(async () => {
    page = new Page(server, "me").start();
    await page.settle();
  });

  test("does not take back what the stream has brought since it was asked for", async () => {
    page.messenger.expect(id);
    const painted = server.painted("me", id);
    rename();
    server.send(id, "ann", "and more");
    page.source?.arriveAll();
    page.messenger.seed(painted);
    expect(page.exchanges).toEqual([]);
    expect([otherName(), senderName()]).toEqual(["Ann", "Ann"]);
    expect(page.state.transcripts[id]?.messages).toEqual(server.messages(id, "me"));
  });

  test("costs no request where it was asked for by a click", async () => {
    page.messenger.expect(id);
    page.messenger.seed(server.painted("me", id));
    page.messenger.open(id);
    expect(page.exchanges).toEqual([]);
    expect(page.state.transcripts[id]?.messages).toHaveLength(1);
  });

  test("long ago, and kept by the browser for going back to, is loaded instead", async () => {
    const painted = await paintedLongAgo();
    page.messenger.seed(painted);
    page.messenger.open(id);
    await page.settle();
    expect([otherName(), senderName()]).toEqual(["Ann", "Ann"]);
  });

  test("long ago is loaded instead also where the same page was asked for again and has not come", async () => {
    const painted = await paintedLongAgo();
    page.messenger.expect(id);
    page.messenger.seed(painted);
    page.messenger.open(id);
    await page.settle();
    expect([otherName(), senderName()]).toEqual(["Ann", "Ann"]);
  });

  test("before the server said to load afresh is loaded instead", async () => {
    page.messenger.expect(id);
    const painted = server.painted("me", id);
    page.source?.cut();
    rename();
    server.prune();
    page.lifecycle?.wake();
    await page.settle();
    page.messenger.seed(painted);
    page.messenger.open(id);
    await page.settle();
    expect([otherName(), senderName()]).toEqual(["Ann", "Ann"]);
  });
});

test("An answer from before the database was put back is asked for again", async () => {
  const backup = server.backup();
  page = new Page(server, "me", { openId: id }).start();
  await page.settle();
  for (let i = 0; i < 60; i++) server.send(id, "ann", `taken back ${i}`);
  await page.settle();
  void page.messenger.openAround(id, `${id}#2`);
  await page.load();
  void page.messenger.startConversation("ann");
  const late = page.exchanges[0];
  late?.answer();
  void page.messenger.loadMore();
  server.restore(backup);
  page.lifecycle?.wake();
  for (let i = 0; i < 20; i++) {
    page.sources.forEach((source) => source.arriveAll());
    for (const exchange of page.exchanges.filter((one) => one !== late)) {
      exchange.answer();
      exchange.arrive();
    }
    await vi.advanceTimersByTimeAsync(200);
  }
  late?.arrive();
  await page.settle();
  expect(page.state.conversations[id]).toEqual(server.view(id, "me"));
});
