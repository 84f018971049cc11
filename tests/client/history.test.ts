import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WINDOW_MAX } from "@/lib/client/store/window";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page, RELOADS_WITHIN_MS } from "./support/page";

let server: ModelServer;
let id: string;

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann", "bob");
  id = server.start("me", "ann");
});
afterEach(() => void vi.useRealTimers());

async function openPage(messages: number, read = messages): Promise<Page> {
  for (let i = 1; i <= messages; i++) server.send(id, "ann", `message ${i}`);
  server.read(id, "me", read);
  const page = new Page(server, "me", { openId: id }).start();
  await page.settle();
  return page;
}

const transcript = (page: Page) => {
  const { transcripts } = page.state;
  const found = transcripts[id];
  if (!found) throw new Error("The conversation was not opened.");
  return found;
};
const seqs = (page: Page) => transcript(page).messages.map((message) => message.seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("Scrolling", () => {
  test("up to the first message shows each once, in order, and knows that it is the first", async () => {
    const page = await openPage(230);
    await page.until(
      () => transcript(page).atStart,
      () => page.messenger.loadOlder(id),
    );
    expect(seqs(page)).toEqual(range(1, 230));
  });

  test("through a long conversation and back holds a bounded part of it", async () => {
    const page = await openPage(1_000);
    let most = 0;
    page.messenger.subscribe(() => {
      most = Math.max(most, transcript(page).messages.length);
    });
    await page.until(
      () => transcript(page).atStart,
      () => page.messenger.loadOlder(id),
    );
    expect(transcript(page).atEnd).toBe(false);
    await page.until(
      () => transcript(page).atEnd,
      () => page.messenger.loadNewer(id),
    );
    expect(seqs(page).at(-1)).toBe(1_000);
    expect(seqs(page)).toEqual(range(1_001 - seqs(page).length, 1_000));
    expect(most).toBeLessThanOrEqual(WINDOW_MAX);
  });

  test("asks once, however often it is asked meanwhile", async () => {
    const page = await openPage(100);
    for (let i = 0; i < 5; i++) void page.messenger.loadOlder(id);
    expect(page.exchanges).toHaveLength(1);
    expect(transcript(page).loadingOlder).toBe(true);
  });

  test("without a connection says so, and works again when asked again", async () => {
    const page = await openPage(100);
    void page.messenger.loadOlder(id);
    page.exchanges[0]?.fail();
    await vi.advanceTimersByTimeAsync(0);
    expect(transcript(page)).toMatchObject({
      failure: { load: "older", message: "There is no connection to the server." },
      loadingOlder: false,
    });
    void page.messenger.loadOlder(id);
    await page.settle();
    expect(transcript(page).failure).toBeNull();
    expect(seqs(page)).toEqual(range(1, 100));
  });
});

describe("A page that did not come", () => {
  /** Somebody reads in the middle of a long conversation and scrolls on, and no answer comes. */
  async function failToLoad(ask: "loadOlder" | "loadNewer"): Promise<Page> {
    const page = await openPage(900);
    void page.messenger.openAround(id, `${id}#600`);
    await page.settle();
    page.messenger.see(id, 590, 600);
    void page.messenger[ask](id);
    page.exchanges[0]?.fail();
    await vi.advanceTimersByTimeAsync(0);
    return page;
  }

  test.each([
    ["loadOlder", range(526, 625)],
    ["loadNewer", range(576, 675)],
  ] as const)("of %s is asked for again once the stream is back, and the reader stays where they are", async (ask, expected) => {
    const page = await failToLoad(ask);
    page.source?.cut();
    await page.settle();
    expect(seqs(page)).toEqual(expected);
    expect(transcript(page).failure).toBeNull();
  });

  test("says at which end, and the other end still loads", async () => {
    const page = await failToLoad("loadOlder");
    expect(transcript(page).failure).toEqual({ load: "older", message: "There is no connection to the server." });
    void page.messenger.loadNewer(id);
    await page.settle();
    expect(seqs(page)).toEqual(range(576, 675));
  });

  test("of a window around a message is asked for again there", async () => {
    const page = await openPage(900);
    void page.messenger.openAround(id, `${id}#300`);
    page.exchanges[0]?.fail();
    await vi.advanceTimersByTimeAsync(0);
    void page.messenger.loadAgain(id);
    await page.settle();
    expect(seqs(page)).toEqual(range(276, 325));
  });
});

describe("A flood of new messages", () => {
  test("leaves a page that follows the end with the latest, and bounded", async () => {
    const page = await openPage(10);
    for (let i = 0; i < 1_000; i++) server.send(id, "ann", `more ${i}`);
    await page.settle();
    expect(seqs(page).at(-1)).toBe(1_010);
    expect(seqs(page).length).toBeLessThanOrEqual(WINDOW_MAX);
  });

  test("does not take away what somebody is reading further up", async () => {
    const page = await openPage(100);
    page.messenger.see(id, 52, 60);
    for (let i = 0; i < 1_000; i++) server.send(id, "ann", `more ${i}`);
    await page.settle();
    expect(seqs(page)).toEqual(expect.arrayContaining(range(52, 60)));
    expect(transcript(page).atEnd).toBe(false);
    expect(seqs(page).length).toBeLessThanOrEqual(WINDOW_MAX);
    void page.messenger.jumpToLatest(id);
    await page.settle();
    expect(seqs(page).at(-1)).toBe(1_100);
  });

  test("leaves every message that has not changed the same object, so that its row is not drawn again", async () => {
    const page = await openPage(50);
    const before = transcript(page).messages;
    server.send(id, "ann", "one more");
    server.read(id, "ann", 51);
    await page.settle();
    expect(
      transcript(page)
        .messages.slice(0, 50)
        .every((message, i) => message === before[i]),
    ).toBe(true);
  });
});

describe("A gap", () => {
  test("that the stream does not close is fetched", async () => {
    const page = await openPage(5);
    page.source?.cut();
    for (let i = 0; i < 130; i++) server.send(id, "ann", `missed ${i}`);
    page.messenger.apply({ type: "sent", message: server.send(id, "me", "answered over another connection", crypto.randomUUID()) });
    expect(seqs(page)).toEqual(range(1, 5));
    await vi.advanceTimersByTimeAsync(300);
    await page.load();
    expect(seqs(page)).toEqual(range(1, 136));
  });

  test("that the stream closes at once costs no request", async () => {
    const page = await openPage(5);
    server.requests.length = 0;
    server.send(id, "ann", "six");
    page.messenger.apply({ type: "sent", message: server.send(id, "me", "seven", crypto.randomUUID()) });
    page.source?.arriveAll();
    await page.settle();
    expect(seqs(page)).toEqual(range(1, 7));
    expect(server.requests).toEqual([]);
  });
});

describe("A slow answer", () => {
  test("does not take back what the stream has told since it was read", async () => {
    const page = await openPage(100);
    void page.messenger.loadOlder(id);
    page.exchanges[0]?.answer();
    server.rename("ann", "Ann");
    page.source?.arriveAll();
    await page.settle();
    expect(transcript(page).messages.map((message) => message.sender.name)).toEqual(range(1, 100).map(() => "Ann"));
  });

  test("of a page that the window has left behind is dropped", async () => {
    const page = await openPage(400);
    const target = server.messages(id, "me")[99];
    void page.messenger.loadOlder(id);
    const older = page.exchanges[0];
    older?.answer();
    void page.messenger.openAround(id, target?.id ?? "");
    page.exchanges[1]?.answer();
    page.exchanges[1]?.arrive();
    await vi.advanceTimersByTimeAsync(0);
    older?.arrive();
    await page.settle();
    expect(seqs(page)).toEqual(range(seqs(page)[0] ?? 0, seqs(page).at(-1) ?? 0));
    expect(seqs(page)).toContain(100);
  });
});

describe("The divider", () => {
  test("stands before the first unread message when a conversation opens, and stays put while one reads", async () => {
    const page = await openPage(20, 12);
    expect(transcript(page).firstUnread).toBe(13);
    page.lifecycle?.attend(true);
    page.messenger.see(id, 1, 20);
    await page.settle();
    expect(page.state.conversations[id]?.unreadCount).toBe(0);
    expect(transcript(page).firstUnread).toBe(13);
  });

  test("does not go away because the screen asks for the conversation that is open already", async () => {
    const page = await openPage(20, 12);
    page.lifecycle?.attend(true);
    page.messenger.see(id, 1, 20);
    page.messenger.open(id);
    expect(transcript(page).firstUnread).toBe(13);
  });

  test("is where a conversation opens that the server has painted there", async () => {
    for (let i = 1; i <= 400; i++) server.send(id, "ann", `message ${i}`);
    server.read(id, "me", 100);
    const page = new Page(server, "me");
    page.messenger.seed({ ...server.painted("me", id), messages: server.messages(id, "me").slice(75, 125) });
    page.start();
    page.messenger.open(id);
    await page.settle();
    expect(transcript(page).firstUnread).toBe(101);
    expect(seqs(page)).toEqual(range(76, 125));
    expect(transcript(page).atEnd).toBe(false);
  });

  test("is gone when the conversation is opened again with nothing unread", async () => {
    const page = await openPage(20, 12);
    page.lifecycle?.attend(true);
    page.messenger.see(id, 1, 20);
    await page.settle();
    const other = server.start("me", "bob");
    server.send(other, "bob", "hello");
    await page.settle();
    page.messenger.open(other);
    page.messenger.open(id);
    expect(transcript(page).firstUnread).toBeNull();
  });

  test("comes before what arrives while nobody looks", async () => {
    const page = await openPage(20);
    page.lifecycle?.attend(true);
    page.messenger.see(id, 1, 20);
    page.lifecycle?.attend(false);
    server.send(id, "ann", "while away");
    server.send(id, "ann", "and another");
    await page.settle();
    expect(transcript(page).firstUnread).toBe(21);
  });

  test("does not come before what arrives while one looks", async () => {
    const page = await openPage(20);
    page.lifecycle?.attend(true);
    server.send(id, "ann", "now");
    await page.settle();
    expect(transcript(page).firstUnread).toBeNull();
  });
});

describe("The list", () => {
  test("loads on by pages, and neither repeats nor skips when the order changes meanwhile", async () => {
    const many = Array.from({ length: 60 }, (_, i) => `p${i}`);
    const crowd = new ModelServer("me", ...many);
    for (const other of many) crowd.send(crowd.start("me", other), other, "hello");
    const page = new Page(crowd, "me").start();
    await page.settle();
    expect(page.state.order).toHaveLength(25);
    // The last of the list moves up, and one that is not loaded yet comes in on top.
    crowd.send(crowd.start("me", "p35"), "p35", "again");
    crowd.send(crowd.start("me", "p2"), "p2", "again");
    await page.settle();
    await page.until(
      () => !page.state.hasMore,
      () => page.messenger.loadMore(),
    );
    expect(page.state.order).toEqual(crowd.snapshot("me", undefined, 100).conversations.map((row) => row.id));
  });

  test("keeps all that is loaded when its last conversation moves up while the next page is on its way", async () => {
    const many = Array.from({ length: 120 }, (_, i) => `p${i}`);
    const crowd = new ModelServer("me", ...many);
    for (const other of many) crowd.send(crowd.start("me", other), other, "hello");
    const page = new Page(crowd, "me").start();
    await page.until(
      () => page.state.order.length === 75,
      () => page.messenger.loadMore(),
    );
    const last = page.state.order.at(-1) as string;
    void page.messenger.loadMore();
    crowd.send(last, "me", "again");
    page.exchanges[0]?.answer();
    await page.settle();
    expect(page.state.order).toEqual(crowd.snapshot("me", undefined, 100).conversations.map((row) => row.id));
    expect(page.state.hasMore).toBe(true);
  });

  test("does not show an old conversation that was opened by its address between those that are loaded", async () => {
    const many = Array.from({ length: 60 }, (_, i) => `p${i}`);
    const crowd = new ModelServer("me", ...many);
    for (const other of many) crowd.send(crowd.start("me", other), other, "hello");
    const page = new Page(crowd, "me", { openId: crowd.start("me", "p1") });
    expect(page.state.order).toHaveLength(25);
    expect(page.state.conversations[crowd.start("me", "p1")]).toBeDefined();
  });
});

test("A fresh load goes on with what happened while it was under way", async () => {
  const page = await openPage(10);
  page.source?.cut();
  server.prune();
  await vi.advanceTimersByTimeAsync(2_000);
  page.source?.arriveAll();
  await vi.advanceTimersByTimeAsync(RELOADS_WITHIN_MS);
  expect(page.exchanges).not.toEqual([]);
  for (const exchange of page.exchanges) exchange.answer();
  server.rename("ann", "Ann");
  server.send(id, "ann", "meanwhile");
  page.source?.arriveAll();
  await page.settle();
  expect(page.state.conversations[id]).toEqual(server.view(id, "me"));
  expect(transcript(page).messages).toEqual(server.messages(id, "me"));
});

describe("A fresh load that is needed", () => {
  async function reset(page: Page): Promise<void> {
    page.source?.cut();
    server.send(id, "ann", "long ago");
    server.prune();
    page.lifecycle?.wake();
    page.source?.arriveAll();
    await vi.advanceTimersByTimeAsync(RELOADS_WITHIN_MS);
  }

  test("is tried until it succeeds", async () => {
    const page = await openPage(10);
    await reset(page);
    for (let i = 0; i < 3; i++) {
      for (const exchange of [...page.exchanges]) exchange.fail();
      await vi.advanceTimersByTimeAsync(10_000);
    }
    await page.load();
    expect(transcript(page).messages).toEqual(server.messages(id, "me"));
  });

  test("once more while it is under way is made once more", async () => {
    const page = await openPage(10);
    await reset(page);
    for (const exchange of page.exchanges) exchange.answer();
    server.rename("ann", "Ann");
    await reset(page);
    await page.load();
    expect(page.state.conversations[id]).toEqual(server.view(id, "me"));
    expect(transcript(page).messages).toEqual(server.messages(id, "me"));
  });
});
