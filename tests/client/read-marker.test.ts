import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

let server: ModelServer;
let page: Page;
let id: string;

beforeEach(async () => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann", "bob");
  id = server.start("me", "ann");
  for (let i = 1; i <= 10; i++) server.send(id, "ann", `message ${i}`);
  page = new Page(server, "me", { openId: id }).start();
  await page.settle();
});
afterEach(() => {
  page.stop();
  vi.useRealTimers();
});

const readSeq = () => page.state.conversations[id]?.readSeq;
const onServer = () => server.view(id, "me").readSeq;

describe("A message counts as read", () => {
  test("when it was on screen while somebody looked, at once here and then on the server", async () => {
    page.lifecycle?.attend(true);
    page.messenger.see(id, 1, 6);
    expect(readSeq()).toBe(6);
    expect(page.state.conversations[id]?.unreadCount).toBe(4);
    await page.settle();
    expect(onServer()).toBe(6);
  });

  test("not while its tab is hidden or has no focus, but as soon as it is looked at", async () => {
    page.lifecycle?.attend(false);
    page.messenger.see(id, 1, 10);
    await page.settle();
    expect([readSeq(), onServer()]).toEqual([0, 0]);
    page.lifecycle?.attend(true);
    await page.settle();
    expect([readSeq(), onServer()]).toEqual([10, 10]);
  });

  test("for good: scrolling back up changes nothing", async () => {
    page.lifecycle?.attend(true);
    page.messenger.see(id, 5, 10);
    page.messenger.see(id, 1, 4);
    await page.settle();
    expect([readSeq(), onServer()]).toEqual([10, 10]);
  });

  test("for good, also when the stream tells of an earlier reading later", () => {
    page.lifecycle?.attend(true);
    page.messenger.see(id, 1, 10);
    page.messenger.apply({ type: "read", conversationId: id, userId: "me", seq: 3 });
    expect(readSeq()).toBe(10);
  });

  test("not where another conversation was opened before anybody looked", async () => {
    page.lifecycle?.attend(false);
    page.messenger.see(id, 1, 10);
    page.messenger.open(server.start("me", "bob"));
    page.lifecycle?.attend(true);
    await page.settle();
    expect([readSeq(), onServer()]).toEqual([0, 0]);
  });

  test("not before it has come", async () => {
    const other = server.start("me", "bob");
    server.send(other, "bob", "hello");
    await page.settle();
    page.messenger.open(other);
    page.lifecycle?.attend(true);
    page.messenger.see(other, 1, 1);
    expect(page.state.conversations[other]?.readSeq).toBe(0);
    await page.settle();
    page.messenger.see(other, 1, 1);
    expect(page.state.conversations[other]?.readSeq).toBe(1);
  });

  test("on this screen too when it was read on another device", async () => {
    server.read(id, "me", 8);
    await page.settle();
    expect(page.state.conversations[id]).toMatchObject({ readSeq: 8, unreadCount: 2, hasUnreadMessages: true });
  });

  test("when one has answered it", async () => {
    server.send(id, "me", "an answer from the phone");
    await page.settle();
    expect(page.state.conversations[id]?.unreadCount).toBe(0);
  });
});

describe("The server is told", () => {
  test("one thing at a time, and of many only the last", async () => {
    page.lifecycle?.attend(true);
    for (let last = 1; last <= 10; last++) page.messenger.see(id, 1, last);
    expect(page.exchanges).toHaveLength(1);
    server.requests.length = 0;
    await page.settle();
    expect(server.requests).toHaveLength(2);
    expect(onServer()).toBe(10);
  });

  test("nothing that it knows, nor what was read before it", async () => {
    page.lifecycle?.attend(true);
    page.messenger.see(id, 1, 10);
    await page.settle();
    page.messenger.see(id, 1, 10);
    page.messenger.see(id, 1, 4);
    expect(page.exchanges).toEqual([]);
  });

  test("for as long as it takes, at growing intervals, and at once when there is reason to hope", async () => {
    page.lifecycle?.attend(true);
    page.messenger.see(id, 1, 10);
    for (let i = 0; i < 6; i++) {
      page.exchanges[0]?.fail();
      await vi.advanceTimersByTimeAsync(0);
      expect(page.exchanges).toEqual([]);
      // Never sooner than half of 1, 2, 4, 8, 16 and 30 s, never later than all of it.
      await vi.advanceTimersByTimeAsync(Math.min(30_000, 1_000 * 2 ** i) / 2 - 1);
      expect(page.exchanges).toEqual([]);
      await vi.advanceTimersByTimeAsync(15_001);
      expect(page.exchanges).toHaveLength(1);
    }
    page.exchanges[0]?.fail();
    await vi.advanceTimersByTimeAsync(0);
    page.lifecycle?.wake();
    await page.settle();
    expect(onServer()).toBe(10);
  });

  test("not again what it refuses for good", async () => {
    page.lifecycle?.attend(true);
    page.refusal = { status: 404, body: { message: "Conversation not found." } };
    page.messenger.see(id, 1, 10);
    await page.load();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(page.exchanges).toEqual([]);
  });

  test("once somebody has signed in again", async () => {
    page.lifecycle?.attend(true);
    page.refusal = { status: 401, body: { message: "Sign in to go on." } };
    page.messenger.see(id, 1, 10);
    await page.settle();
    expect(page.state.signedOut).toBe(true);
    page.refusal = null;
    page.lifecycle?.wake();
    await page.settle();
    expect(onServer()).toBe(10);
  });

  test("again, when there was no connection", async () => {
    page.lifecycle?.attend(true);
    page.messenger.see(id, 1, 10);
    page.exchanges[0]?.fail();
    await vi.advanceTimersByTimeAsync(1_000);
    await page.settle();
    expect(onServer()).toBe(10);
  });
});

test("Who goes on looking changes nothing on the screen", () => {
  page.lifecycle?.attend(true);
  const before = page.state;
  page.lifecycle?.attend(true);
  expect(page.state).toBe(before);
});

test("A fresh load does not take back what the server has not heard of yet", async () => {
  page.lifecycle?.attend(true);
  page.messenger.see(id, 1, 10);
  page.exchanges[0]?.fail();
  // This page is the first of all that load afresh.
  vi.spyOn(Math, "random").mockReturnValueOnce(0);
  page.messenger.apply({ type: "reset" });
  await vi.advanceTimersByTimeAsync(0);
  await page.load();
  expect(onServer()).toBe(0);
  expect(readSeq()).toBe(10);
  await page.settle();
  expect(onServer()).toBe(10);
});
