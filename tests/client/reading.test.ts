import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

let server: ModelServer;
let page: Page;
let id: string;

beforeEach(async () => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann");
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

  test("again, when there was no connection", async () => {
    page.lifecycle?.attend(true);
    page.messenger.see(id, 1, 10);
    page.exchanges[0]?.fail();
    await vi.advanceTimersByTimeAsync(1_000);
    await page.settle();
    expect(onServer()).toBe(10);
  });
});

test("A fresh load does not take back what the server has not heard of yet", async () => {
  page.lifecycle?.attend(true);
  page.messenger.see(id, 1, 10);
  page.exchanges[0]?.fail();
  page.messenger.apply({ type: "reset" });
  await page.load();
  expect(onServer()).toBe(0);
  expect(readSeq()).toBe(10);
  await page.settle();
  expect(onServer()).toBe(10);
});
