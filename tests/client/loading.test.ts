import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page, RELOADS_WITHIN_MS } from "./support/page";

let server: ModelServer;
let id: string;
let page: Page;

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann", "bob");
  id = server.start("me", "ann");
});
afterEach(() => {
  page.stop();
  vi.useRealTimers();
});

async function openPage(messages: number, from = server): Promise<Page> {
  for (let i = 1; i <= messages; i++) from.send(id, "ann", `message ${i}`);
  from.read(id, "me", messages);
  page = new Page(from, "me", { openId: id }).start();
  await page.settle();
  return page;
}

const transcript = () => page.state.transcripts[id];
const seqs = () => transcript()?.messages.map(({ seq }) => seq) ?? [];
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const flush = () => vi.advanceTimersByTimeAsync(0);

/** A crowd of people who have each said hello, the last of them last. */
function crowd(count: number): ModelServer {
  const names = Array.from({ length: count }, (_, i) => `p${i}`);
  const many = new ModelServer("me", "ann", ...names);
  many.start("me", "ann");
  for (const name of names) many.send(many.start("me", name), name, "hello");
  many.settleLog();
  return many;
}

describe("A page of messages", () => {
  /** Asks for a page, and moves the window to around another message before it arrives. */
  async function moveMeanwhile(ask: "loadOlder" | "loadNewer", target: number): Promise<void> {
    void page.messenger[ask](id);
    const late = page.exchanges[0];
    late?.answer();
    void page.messenger.openAround(id, `${id}#${target}`);
    page.exchanges[1]?.answer();
    page.exchanges[1]?.arrive();
    await flush();
    late?.arrive();
    await flush();
  }

  test("that comes one message after the window is dropped, and one that touches it joins", async () => {
    await openPage(400);
    await moveMeanwhile("loadOlder", 274);
    expect(seqs()).toEqual(range(250, 299));
    page.stop();
    page = new Page(server, "me", { openId: id }).start();
    await page.settle();
    await moveMeanwhile("loadOlder", 275);
    expect(seqs()).toEqual(range(251, 350));
  });

  test("that comes one message before the window is dropped, and one that touches it joins", async () => {
    await openPage(400);
    for (const [target, expected] of [
      [201, range(177, 226)],
      [200, range(126, 225)],
    ] as const) {
      void page.messenger.openAround(id, `${id}#100`);
      await page.load();
      expect(seqs()).toEqual(range(76, 125));
      await moveMeanwhile("loadNewer", target);
      expect(seqs()).toEqual(expected);
    }
  });

  test("that overlaps the window brings each message once", async () => {
    await openPage(400);
    await moveMeanwhile("loadOlder", 300);
    expect(seqs()).toEqual(range(276, 350));
  });

  test("is not asked for beyond either end", async () => {
    await openPage(20);
    for (const ask of ["loadOlder", "loadNewer", "jumpToLatest"] as const) void page.messenger[ask](id);
    void page.messenger.openAround(id, `${id}#7`);
    expect(page.exchanges).toEqual([]);
    for (const ask of ["loadOlder", "loadNewer"] as const) void page.messenger[ask]("unknown");
    expect(page.exchanges).toEqual([]);
  });

  test("that is refused says why, until it is asked for again", async () => {
    await openPage(100);
    page.refusal = { status: 403, body: { message: "Not for you." } };
    void page.messenger.loadOlder(id);
    await page.load();
    expect(transcript()).toMatchObject({ failure: { load: "older", message: "Not for you." }, loadingOlder: false });
    page.refusal = null;
    void page.messenger.loadOlder(id);
    expect(transcript()).toMatchObject({ failure: null, loadingOlder: true });
    await page.load();
    expect(seqs()).toEqual(range(1, 100));
  });
});

describe("A conversation that is opened", () => {
  test.each([
    [10, 50],
    [60, 85],
    [90, 100],
  ])("with %i unread is asked for with room for them and a page above: %i messages", async (unread, limit) => {
    const other = server.start("me", "bob");
    for (let i = 0; i < 200; i++) server.send(other, "bob", `message ${i}`);
    server.read(other, "me", 200 - unread);
    await openPage(5);
    page.messenger.open(other);
    expect(page.exchanges.map(({ path }) => path)).toEqual([`/api/conversations/${other}/messages?limit=${limit}`]);
    await page.load();
    const { messages, firstUnread } = page.state.transcripts[other] ?? {};
    expect(messages).toHaveLength(limit);
    expect(firstUnread).toBe(201 - unread);
  });

  test("by an address that the list does not hold is fetched, with its divider", async () => {
    const many = crowd(160);
    const hidden = many.start("me", "p1");
    page = new Page(many, "me").start();
    await page.settle();
    expect(page.state.conversations[hidden]).toBeUndefined();
    page.messenger.open(hidden);
    expect(page.state.transcripts[hidden]?.loadingWindow).toBe(true);
    await page.load();
    expect(page.state.transcripts[hidden]).toMatchObject({ firstUnread: 1, loadingWindow: false, atStart: true, atEnd: true });
    expect(page.state.conversations[hidden]).toEqual(many.view(hidden, "me"));
  });

  test("while there is no connection is loaded as soon as there is reason to hope", async () => {
    await openPage(5);
    const other = server.start("me", "bob");
    server.send(other, "bob", "hello");
    await page.settle();
    page.messenger.open(other);
    page.exchanges[0]?.fail();
    await flush();
    expect(page.state.transcripts[other]?.failure?.message).toBe("There is no connection to the server.");
    page.lifecycle?.wake();
    await page.load();
    expect(page.state.transcripts[other]).toMatchObject({ failure: null, messages: [{ content: "hello" }] });
  });

  test("and closed is open no more; one that was opened since stays open", async () => {
    await openPage(5);
    const other = server.start("me", "bob");
    server.send(other, "bob", "hello");
    await page.settle();
    const close = page.messenger.open(other);
    const closeAgain = page.messenger.open(id);
    close();
    expect(page.state.openId).toBe(id);
    closeAgain();
    expect(page.state.openId).toBeNull();
  });

  test("again within ten conversations is there at once; the eleventh lets go of the one left longest ago", async () => {
    const many = crowd(12);
    page = new Page(many, "me").start();
    const ids = Array.from({ length: 12 }, (_, i) => many.start("me", `p${i}`));
    for (const each of ids.slice(0, 10)) {
      page.messenger.open(each);
      await page.settle();
    }
    page.messenger.open(ids[0] as string);
    expect(page.exchanges).toEqual([]);
    page.messenger.open(ids[10] as string);
    await page.settle();
    expect(Object.keys(page.state.transcripts).sort()).toEqual([...ids.slice(2, 11), ids[0]].sort());
  });

  test("that was left in its middle opens at its end", async () => {
    await openPage(200);
    const other = server.start("me", "bob");
    void page.messenger.openAround(id, `${id}#50`);
    await page.load();
    page.messenger.open(other);
    page.messenger.open(id);
    await page.load();
    expect(seqs().at(-1)).toBe(200);
    expect(transcript()?.atEnd).toBe(true);
  });
});

describe("A fresh load", () => {
  /** The server does not hold what was missed, and says so. */
  async function reset(): Promise<void> {
    page.source?.cut();
    server.send(id, "ann", "long ago");
    server.prune();
    page.lifecycle?.wake();
    page.source?.arriveAll();
    await vi.advanceTimersByTimeAsync(RELOADS_WITHIN_MS);
  }

  test("brings as much of the list as was loaded before, page by page, and knows whether there is more", async () => {
    for (const [people, loaded] of [
      [350, 225],
      [150, 151],
    ] as const) {
      server = crowd(people);
      await openPage(1, server);
      await page.until(
        () => page.state.order.length === loaded,
        () => page.messenger.loadMore(),
      );
      expect(page.state.order).toHaveLength(loaded);
      await reset();
      await page.load();
      const fresh = server.snapshot("me", undefined, 1_000).conversations.map((row) => row.id);
      expect(page.state.order.length).toBeGreaterThanOrEqual(loaded);
      expect(page.state.order).toEqual(fresh.slice(0, page.state.order.length));
      expect(page.state.hasMore).toBe(people > 300);
      page.stop();
    }
  });

  test("is made though the open conversation is gone, which is then shown no more", async () => {
    await openPage(5);
    const other = server.start("me", "bob");
    server.send(other, "bob", "still here");
    await page.settle();
    page.source?.cut();
    server.end(id);
    server.send(other, "bob", "news");
    server.prune();
    page.lifecycle?.wake();
    page.source?.arriveAll();
    await page.settle();
    expect(page.state.order).toEqual([other]);
    expect(page.state.conversations[other]).toEqual(server.view(other, "me"));
    expect(page.state.transcripts[id]).toBeUndefined();
  });

  test("finds the reader where they read", async () => {
    await openPage(400);
    void page.messenger.openAround(id, `${id}#100`);
    await page.load();
    page.messenger.see(id, 90, 100);
    await reset();
    await page.load();
    expect(seqs()).toEqual(range(41, 140));
    expect(transcript()?.atEnd).toBe(false);
  });

  test("shows the latest where the message that was read at is gone", async () => {
    await openPage(20);
    const backup = server.backup();
    for (let i = 0; i < 400; i++) server.send(id, "ann", `taken back ${i}`);
    await page.settle();
    void page.messenger.openAround(id, `${id}#60`);
    await page.load();
    page.messenger.see(id, 55, 65);
    server.restore(backup);
    await page.settle();
    expect(transcript()?.messages).toEqual(server.messages(id, "me"));
    expect(transcript()).toMatchObject({ atStart: true, atEnd: true, failure: null });
  });

  test("keeps the divider, the draft and what is unsent", async () => {
    for (let i = 1; i <= 10; i++) server.send(id, "ann", `message ${i}`);
    await openPage(0);
    server.read(id, "me", 10);
    page.messenger.setDraft(id, "Dear Ann");
    expect(transcript()?.firstUnread).toBe(1);
    await reset();
    await page.load();
    expect(transcript()?.firstUnread).toBe(1);
    expect(page.state.drafts[id]).toBe("Dear Ann");
  });

  test("is tried for as long as it takes, at growing intervals, and at once when there is reason to hope", async () => {
    await openPage(10);
    await reset();
    for (let i = 0; i < 12; i++) {
      expect(page.exchanges.length).toBeGreaterThan(0);
      for (const exchange of [...page.exchanges]) exchange.fail();
      await flush();
      expect(page.exchanges).toEqual([]);
      await vi.advanceTimersByTimeAsync(30_000);
    }
    for (const exchange of [...page.exchanges]) exchange.fail();
    await flush();
    page.lifecycle?.wake();
    await flush();
    await page.load();
    expect(transcript()?.messages).toEqual(server.messages(id, "me"));
  });

  test("that is refused for good is not asked for again", async () => {
    await openPage(10);
    page.refusal = { status: 403, body: { message: "No." } };
    await reset();
    await page.load();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(page.exchanges).toEqual([]);
  });
});

describe("A conversation that the stream tells of and the page does not know", () => {
  test("is fetched, once, and until it is there", async () => {
    await openPage(5);
    const other = server.start("me", "bob");
    server.send(other, "bob", "hello");
    server.send(other, "bob", "are you there?");
    page.source?.arriveAll();
    for (let i = 0; i < 5; i++) {
      expect(page.exchanges.map(({ path }) => path)).toEqual([`/api/conversations/${other}`]);
      page.exchanges[0]?.fail();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    await page.load();
    expect(page.state.conversations[other]).toEqual(server.view(other, "me"));
  });
});

describe("The list", () => {
  test("is asked for its next page once, and says while it waits", async () => {
    server = crowd(60);
    await openPage(1, server);
    for (let i = 0; i < 3; i++) void page.messenger.loadMore();
    expect(page.exchanges).toHaveLength(1);
    expect(page.state.loadingMore).toBe(true);
    page.exchanges[0]?.fail();
    await flush();
    expect(page.state).toMatchObject({ loadingMore: false, hasMore: true });
    void page.messenger.loadMore();
    await page.load();
    expect(page.state.order).toHaveLength(50);
    void page.messenger.loadMore();
    await page.load();
    expect(page.state).toMatchObject({ loadingMore: false, hasMore: false });
    void page.messenger.loadMore();
    expect(page.exchanges).toEqual([]);
  });
});

describe("A gap", () => {
  test("is filled however long it is, and tried until it is", async () => {
    await openPage(5);
    page.source?.cut();
    for (let i = 0; i < 150; i++) server.send(id, "ann", `missed ${i}`);
    page.messenger.apply({ type: "sent", message: server.send(id, "me", "answered", crypto.randomUUID()) });
    expect(page.exchanges.filter(({ path }) => path.includes("after"))).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    for (let i = 0; i < 5; i++) {
      page.exchanges.find(({ path }) => path.includes("after"))?.fail();
      await flush();
      await vi.advanceTimersByTimeAsync(30_000);
      page.source?.cut();
    }
    await page.load();
    expect(seqs()).toEqual(range(1, 156));
    expect(transcript()?.ahead).toEqual([]);
  });

  test("that is wider than is worth filling leaves the window where it is; one jumps", async () => {
    await openPage(5);
    page.source?.cut();
    server.send(id, "ann", "missed");
    for (let i = 0; i < 200; i++) page.messenger.apply({ type: "sent", message: server.send(id, "me", `mine ${i}`, crypto.randomUUID()) });
    expect(transcript()).toMatchObject({ atEnd: true });
    expect(transcript()?.ahead).toHaveLength(200);
    page.messenger.apply({ type: "sent", message: server.send(id, "me", "one too many", crypto.randomUUID()) });
    expect(transcript()).toMatchObject({ atEnd: false, ahead: [] });
    expect(seqs()).toEqual(range(1, 5));
  });
});
