import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createOutboxStore } from "@/lib/client/outbox/outbox-store";
import { STREAM_HEARTBEAT_MS } from "@/lib/protocol/limits";
import { FakeBrowser } from "./support/fake-browser";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page, ticks } from "./support/page";

let server: ModelServer;
let id: string;
let pages: Page[];

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann", "bob");
  vi.stubGlobal("indexedDB", new IDBFactory());
  id = server.start("me", "ann");
  server.start("ann", "bob");
  pages = [];
});
afterEach(() => {
  for (const page of pages) page.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function openPage(options: { user?: string; browser?: FakeBrowser } = {}): Page {
  const { user = "me", browser } = options;
  const page = new Page(server, user, { openId: user === "bob" ? undefined : id, browser }).start();
  pages.push(page);
  return page;
}

const sent = () => server.messages(id, "me").map((message) => message.content);
const unsent = (page: Page) => (page.state.outbox[id] ?? []).map((item) => [item.content, item.state]);
const posts = (page: Page) => page.exchanges.filter(({ path }) => path.endsWith("/messages"));

describe("A message that was just written", () => {
  test("is shown as pending at once, and is kept before its request leaves", async () => {
    const page = openPage();
    await page.settle();
    void page.messenger.send(id, "hello");
    expect(unsent(page)).toEqual([["hello", "pending"]]);
    expect(posts(page)).toHaveLength(0);
    await ticks();
    expect(posts(page)).toHaveLength(1);
    const reopened = openPage();
    await ticks();
    expect(unsent(reopened)).toEqual([["hello", "pending"]]);
  });

  test("is sent once where the page had sent it already, before its script came", async () => {
    const page = openPage();
    await page.settle();
    const clientId = "0b9f0a3e-6f0c-4c0e-9a55-5d3f3d1f7a11";
    server.send(id, "me", "hello", clientId);
    void page.messenger.send(id, "hello", clientId);
    await ticks();
    posts(page)[0]?.answer();
    posts(page)[0]?.arrive();
    await page.settle();
    expect(sent()).toEqual(["hello"]);
    expect(unsent(page)).toEqual([]);
  });

  test("takes its place in the transcript in one step, whether the answer or the stream tells first", async () => {
    const page = openPage();
    await page.settle();
    for (const first of ["answer", "stream"]) {
      void page.messenger.send(id, first);
      await ticks();
      const seen = vi.fn();
      page.messenger.subscribe(() => seen(page.state.transcripts[id]?.messages.length ?? 0, page.state.outbox[id]?.length ?? 0));
      posts(page)[0]?.answer();
      if (first === "stream") page.source?.arriveAll();
      posts(page)[0]?.arrive();
      await ticks();
      for (const [messages, items] of seen.mock.calls) expect(messages + items).toBe(server.messages(id, "me").length);
      await page.settle();
    }
    expect(sent()).toEqual(["answer", "stream"]);
    expect(unsent(page)).toEqual([]);
  });

  test("stays on screen while a message of another that came before it is still on its way", async () => {
    const page = openPage();
    await page.settle();
    server.send(id, "ann", "before");
    void page.messenger.send(id, "after");
    await ticks();
    posts(page)[0]?.answer();
    posts(page)[0]?.arrive();
    await ticks();
    expect(unsent(page)).toEqual([["after", "pending"]]);
    await page.settle();
    expect(page.state.transcripts[id]?.messages.map((message) => message.content)).toEqual(["before", "after"]);
    expect(unsent(page)).toEqual([]);
  });
});

describe("Several messages", () => {
  test("go out in the order of writing, the next when the one before has arrived", async () => {
    const page = openPage();
    await page.settle();
    for (const text of ["one", "two", "three"]) void page.messenger.send(id, text);
    await ticks();
    expect(posts(page)).toHaveLength(1);
    await page.settle();
    expect(sent()).toEqual(["one", "two", "three"]);
  });

  test("wait for a connection and then go out in order, once", async () => {
    const page = openPage();
    await page.settle();
    page.offline = true;
    page.source?.cut();
    for (const text of ["one", "two"]) await page.messenger.send(id, text);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(unsent(page)).toEqual([
      ["one", "waiting"],
      ["two", "waiting"],
    ]);
    page.offline = false;
    page.lifecycle?.wake();
    await page.settle();
    expect(sent()).toEqual(["one", "two"]);
    expect(unsent(page)).toEqual([]);
  });

  test("go out as soon as the stream is back, however long their own next try is away", async () => {
    const page = openPage();
    await page.settle();
    page.refusal = { status: 503, body: { message: "Down." } };
    await page.messenger.send(id, "now");
    for (let i = 0; i < 8; i++) {
      await page.load();
      for (let beats = 0; beats < 6; beats++) {
        server.beat();
        page.source?.arriveAll();
        if (i < 7) await vi.advanceTimersByTimeAsync(STREAM_HEARTBEAT_MS);
      }
    }
    page.refusal = null;
    page.source?.cut();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(posts(page)).toEqual([]);
    page.source?.arriveAll();
    await ticks();
    expect(posts(page)).toHaveLength(1);
  });

  test("are tried again at growing intervals of at most thirty seconds", async () => {
    const page = openPage();
    await page.settle();
    page.refusal = { status: 503, body: { message: "Down." } };
    void page.messenger.send(id, "patient");
    const tries: number[] = [];
    await ticks();
    for (let now = 0; now < 120_000; now += 250) {
      if (posts(page)[0]) tries.push(now);
      for (const post of posts(page)) {
        post.answer();
        post.arrive();
      }
      await vi.advanceTimersByTimeAsync(250);
    }
    const waits = tries.slice(1).map((at, i) => at - (tries[i] as number));
    expect(waits[0]).toBeLessThanOrEqual(1_250);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_250);
    expect(tries.length).toBeLessThan(14);
    expect(tries.length).toBeGreaterThan(5);
  });
});

describe("An answer that never arrived", () => {
  test("does not make a second message", async () => {
    const page = openPage();
    await page.settle();
    void page.messenger.send(id, "once");
    await ticks();
    posts(page)[0]?.answer();
    posts(page)[0]?.fail();
    await page.settle();
    page.lifecycle?.wake();
    await page.settle();
    expect(sent()).toEqual(["once"]);
    expect(unsent(page)).toEqual([]);
  });

  test("of a page that crashed: the next page sends again, and shows the message once", async () => {
    const page = openPage();
    await page.settle();
    void page.messenger.send(id, "once");
    await ticks();
    posts(page)[0]?.answer();
    const next = openPage();
    await ticks();
    expect(unsent(next)).toEqual([]);
    await next.settle();
    expect(sent()).toEqual(["once"]);
    const last = openPage();
    const asked = server.requests.length;
    await last.settle();
    expect(server.requests).toHaveLength(asked);
  });
});

describe("A refused message", () => {
  test("says why in the server's words, and lets those after it pass", async () => {
    const page = openPage();
    await page.settle();
    void page.messenger.send(id, "bad");
    void page.messenger.send(id, "good");
    await ticks();
    page.refusal = { status: 422, body: { errors: { content: "Write a message." } } };
    posts(page)[0]?.answer();
    page.refusal = null;
    await page.settle();
    expect(page.state.outbox[id]?.map(({ content, state, reason }) => ({ content, state, reason }))).toEqual([
      { content: "bad", state: "failed", reason: "Write a message." },
    ]);
    expect(sent()).toEqual(["good"]);
  });

  test("keeps why, and says it in the words of the version that shows it", async () => {
    const page = openPage();
    await page.settle();
    const refuse = async (content: string, code: string) => {
      page.refusal = { status: 403, body: { message: "As the server had it.", code, params: {} } };
      await page.messenger.send(id, content);
      await page.settle();
    };
    await refuse("known", "only_administrators_write");
    await refuse("unknown", "of_a_later_version");
    const reopened = openPage();
    await ticks();
    expect(reopened.state.outbox[id]?.map(({ content, reason }) => ({ content, reason }))).toEqual([
      { content: "known", reason: "Only administrators write in this group." },
      { content: "unknown", reason: "As the server had it." },
    ]);
  });

  test("that a version before has kept says why in the words that it kept", async () => {
    const message = { clientId: "1", userId: "me", conversationId: id, content: "old", createdAt: "", order: 1 };
    await createOutboxStore(() => {}).put({ ...message, refused: "As it was said then." });
    const page = openPage();
    await ticks();
    expect(page.state.outbox[id]).toMatchObject([{ content: "old", state: "failed", reason: "As it was said then." }]);
  });

  test("is still there after a reload, and can be tried again or discarded", async () => {
    const page = openPage();
    await page.settle();
    page.refusal = { status: 404, body: { message: "Conversation not found." } };
    await page.messenger.send(id, "again");
    await page.messenger.send(id, "never");
    await page.settle();
    const reopened = openPage();
    await ticks();
    expect(unsent(reopened)).toEqual([
      ["again", "failed"],
      ["never", "failed"],
    ]);
    const [again, never] = reopened.state.outbox[id] ?? [];
    await reopened.messenger.retry(again?.clientId ?? "");
    await reopened.messenger.discard(never?.clientId ?? "");
    await reopened.settle();
    expect(sent()).toEqual(["again"]);
    expect(unsent(reopened)).toEqual([]);
    const last = openPage();
    await ticks();
    expect(unsent(last)).toEqual([]);
  });

  test("for being one of too many is tried again when the server says", async () => {
    const page = openPage();
    await page.settle();
    await page.messenger.send(id, "later");
    await ticks();
    page.refusal = { status: 429, body: { message: "Slow down." }, headers: { "retry-after": "7" } };
    posts(page)[0]?.answer();
    posts(page)[0]?.arrive();
    page.refusal = null;
    page.lifecycle?.wake();
    await vi.advanceTimersByTimeAsync(6_900);
    expect(posts(page)).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(posts(page)).toHaveLength(1);
    await page.settle();
    expect(sent()).toEqual(["later"]);
  });
});

describe("Signed out", () => {
  async function signedOut(): Promise<Page> {
    const page = openPage();
    await page.settle();
    page.refusal = { status: 401, body: { message: "Sign in to go on." } };
    await page.messenger.send(id, "kept");
    await page.settle();
    return page;
  }

  test("a message waits, and nothing more is asked of the server", async () => {
    const page = await signedOut();
    expect(page.state.signedOut).toBe(true);
    expect(unsent(page)).toEqual([["kept", "waiting"]]);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(page.exchanges).toEqual([]);
    expect(page.source).toBeUndefined();
  });

  test("it goes out when the same person has signed in again", async () => {
    const page = await signedOut();
    page.refusal = null;
    page.lifecycle?.wake();
    await page.settle();
    expect(page.state.signedOut).toBe(false);
    expect(sent()).toEqual(["kept"]);
  });

  test("it is never sent, shown or lost when another person signs in", async () => {
    await signedOut();
    const other = openPage({ user: "bob" });
    await other.settle();
    expect(other.state.outbox).toEqual({});
    expect(server.requests.filter((request) => request.startsWith("POST"))).toEqual([]);
    const back = openPage();
    await back.settle();
    expect(sent()).toEqual(["kept"]);
  });

  test("a tab left open stays silent when another person has signed in", async () => {
    const page = await signedOut();
    page.refusal = { status: 200, body: server.snapshot("bob").me };
    page.lifecycle?.wake();
    await page.settle();
    expect(page.state.signedOut).toBe(true);
    expect(unsent(page)).toEqual([["kept", "waiting"]]);
  });
});

describe("With several tabs", () => {
  test("one sends for all, and all show it", async () => {
    const browser = new FakeBrowser();
    const leader = openPage({ browser });
    await leader.settle();
    const follower = openPage({ browser });
    await follower.settle();
    await follower.messenger.send(id, "from the second tab");
    await ticks();
    expect(unsent(leader)).toEqual([["from the second tab", "pending"]]);
    expect(posts(follower)).toEqual([]);
    await leader.settle();
    expect(sent()).toEqual(["from the second tab"]);
    for (const page of pages) {
      expect(unsent(page)).toEqual([]);
      expect(page.state.transcripts[id]?.messages).toHaveLength(1);
    }
  });

  test("what the leading tab had not sent when it closed, the next one sends", async () => {
    const browser = new FakeBrowser();
    const leader = openPage({ browser });
    await leader.settle();
    const follower = openPage({ browser });
    await follower.settle();
    leader.offline = true;
    await leader.messenger.send(id, "one");
    await follower.messenger.send(id, "two");
    await ticks();
    leader.stop();
    pages = [follower];
    await follower.settle();
    expect(sent()).toEqual(["one", "two"]);
  });

  test("a refusal is seen in every tab, and discarding in one discards in all", async () => {
    const browser = new FakeBrowser();
    const leader = openPage({ browser });
    await leader.settle();
    const follower = openPage({ browser });
    await follower.settle();
    leader.refusal = { status: 403, body: { message: "No." } };
    await follower.messenger.send(id, "no");
    await ticks();
    await leader.settle();
    expect(unsent(follower)).toEqual([["no", "failed"]]);
    await follower.messenger.discard(follower.state.outbox[id]?.[0]?.clientId ?? "");
    await ticks();
    expect(unsent(leader)).toEqual([]);
  });
});

describe("Where IndexedDB is missing or broken", () => {
  test("messages go out all the same, and the page knows that they would not survive it", async () => {
    const broken = {
      open: () => {
        throw new DOMException("No.", "SecurityError");
      },
    } as unknown as IDBFactory;
    for (const storage of [broken, undefined]) {
      vi.stubGlobal("indexedDB", storage);
      const page = openPage();
      await ticks();
      await page.messenger.send(id, "hello");
      await page.settle();
      expect(page.state.outboxDurable).toBe(false);
    }
    expect(sent()).toEqual(["hello", "hello"]);
  });

  test("the page says so from the start where storage is there and works", async () => {
    const page = openPage();
    await page.settle();
    expect(page.state.outboxDurable).toBe(true);
  });
});
