import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeBrowser } from "./support/fake-browser";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

let server: ModelServer;
let pages: Page[];
const people = Array.from({ length: 30 }, (_, i) => `p${i}`);

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", ...people);
  for (const person of people) server.send(server.start("me", person), person, "hello");
  pages = [];
});
afterEach(() => {
  for (const page of pages) page.stop();
  vi.useRealTimers();
});

async function openPage(browser?: FakeBrowser): Promise<Page> {
  const page = new Page(server, "me", { openId: server.start("me", "p0"), browser }).start();
  pages.push(page);
  for (const each of [...pages, ...pages]) await each.settle();
  return page;
}

/** Much happens while nobody is connected; the stream is open again, and what it missed is on its way. */
async function missMuch(leader: Page): Promise<void> {
  server.settleLog();
  leader.source?.cut();
  for (let i = 0; i < 300; i++) server.send(server.start("me", `p${i % 30}`), `p${i % 30}`, `missed ${i}`);
  for (const person of people) server.rename(person, `Somebody ${person}`);
  leader.lifecycle?.wake();
  leader.source?.arrive();
  await vi.advanceTimersByTimeAsync(0);
}

function countDrawings(page: Page): () => number {
  const draw = vi.fn();
  page.messenger.subscribe(draw);
  return () => draw.mock.calls.length;
}

function expectAsFresh(page: Page): void {
  const { conversations } = server.snapshot("me", undefined, 100);
  expect(page.state.order).toEqual(conversations.slice(0, page.state.order.length).map(({ id }) => id));
  for (const row of conversations) expect(page.state.conversations[row.id]).toEqual(row);
  expect(page.state.transcripts["me+p0"]?.messages).toEqual(server.messages("me+p0", "me"));
}

describe("What was missed", () => {
  test("is drawn once, however much it is", async () => {
    const page = await openPage();
    await missMuch(page);
    const drawings = countDrawings(page);
    page.source?.arriveAll();
    expect(drawings()).toBe(1);
    expectAsFresh(page);
  });

  test("is behind the page once it was drawn: the next connection goes on there", async () => {
    const page = await openPage();
    await missMuch(page);
    page.source?.arriveAll();
    const opened = vi.spyOn(server, "open");
    page.source?.cut();
    page.lifecycle?.wake();
    const asked = new URL(opened.mock.calls[0]?.[1] ?? "", "http://parley.test").searchParams.getAll("lastEventId");
    expect(asked).toEqual([server.snapshot("me").cursor]);
  });

  test("is drawn once in every tab", async () => {
    const browser = new FakeBrowser();
    const [leader, follower] = [await openPage(browser), await openPage(browser)];
    await missMuch(leader);
    const drawings = [countDrawings(leader), countDrawings(follower)];
    leader.source?.arriveAll();
    await vi.advanceTimersByTimeAsync(0);
    expect(drawings.map((count) => count())).toEqual([1, 1]);
    for (const page of pages) expectAsFresh(page);
  });

  test("shows in pieces where it takes long to come", async () => {
    const page = await openPage();
    await missMuch(page);
    for (let i = 0; i < 100; i++) page.source?.arrive();
    expect(page.state.conversations["me+p0"]?.lastMessage?.content).toBe("hello");
    await vi.advanceTimersByTimeAsync(600);
    expect(page.state.conversations["me+p0"]?.lastMessage?.content).not.toBe("hello");
    page.source?.arriveAll();
    expectAsFresh(page);
  });

  test("and did come before the connection was lost again shows, and is not asked for again", async () => {
    const page = await openPage();
    await missMuch(page);
    server.settleLog();
    for (let i = 0; i < 100; i++) page.source?.arrive();
    page.source?.cut();
    expect(page.state.conversations["me+p0"]?.lastMessage?.content).not.toBe("hello");
    await page.settle();
    expectAsFresh(page);
  });

  test("comes at once when it happens while the stream is live", async () => {
    const page = await openPage();
    const drawings = countDrawings(page);
    for (let i = 0; i < 3; i++) {
      server.send(server.start("me", "p0"), "p0", `live ${i}`);
      page.source?.arriveAll();
    }
    expect(drawings()).toBe(3);
  });

  test("in many conversations that are not held is fetched by the page, not one by one", async () => {
    const crowd = Array.from({ length: 200 }, (_, i) => `c${i}`);
    server = new ModelServer("me", ...people, ...crowd);
    for (const person of crowd) server.send(server.start("me", person), "me", "hello");
    server.settleLog();
    const page = await openPage();
    expect(page.state.conversations[server.start("me", "c0")]).toBeUndefined();
    page.source?.cut();
    for (const person of crowd.slice(0, 60)) server.send(server.start("me", person), person, "missed");
    server.requests.length = 0;
    page.lifecycle?.wake();
    await page.settle();
    expect(server.requests.filter((request) => request.startsWith("GET")).length).toBeLessThan(10);
    for (const person of crowd.slice(0, 60)) expect(page.state.conversations[server.start("me", person)]?.unreadCount).toBe(1);
  });
});
