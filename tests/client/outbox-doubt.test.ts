import { describe, expect, test, vi } from "vitest";
import { FakeBrowser } from "./support/fake-browser";
import { Page, ticks } from "./support/page";
import { Scene } from "./support/scene";

const scene = new Scene();
const SAID = { message: "Not now." };

describe("What the server answers to a message", () => {
  test.each([408, 429, 500, 502, 503, 504])("with %i is no refusal: the message waits, and goes out", async (status) => {
    const page = await scene.openPage();
    await scene.write(page, "patient");
    await scene.answer(page, { status, body: SAID });
    expect(scene.unsent(page)).toEqual([["patient", "waiting"]]);
    await page.settle();
    expect(scene.sent).toEqual(["patient"]);
  });

  test.each([400, 403, 404, 409, 413, 422])("with %i is a refusal, which only its author can take back", async (status) => {
    const page = await scene.openPage();
    await scene.write(page, "refused");
    await scene.answer(page, { status, body: SAID });
    await vi.advanceTimersByTimeAsync(120_000);
    page.lifecycle?.wake();
    await page.settle();
    expect(page.state.outbox[scene.id]).toMatchObject([{ content: "refused", state: "failed", reason: SAID.message }]);
    expect(scene.sent).toEqual([]);
  });
});

test("A message whose answer is lost is not sent again once the stream has told of it", async () => {
  const page = await scene.openPage();
  await scene.write(page, "heard");
  const [post] = scene.posts(page);
  post?.answer();
  page.source?.arriveAll();
  await ticks();
  post?.fail();
  await ticks();
  await vi.advanceTimersByTimeAsync(60_000);
  page.lifecycle?.wake();
  await ticks();
  expect(scene.posts(page)).toEqual([]);
  expect(scene.server.requests.filter((request) => request.startsWith("POST") && request.endsWith("/messages"))).toHaveLength(1);
  expect(await page.messenger.countUnsent()).toBe(0);
});

test("The messages of others leave what one has not sent where it is", async () => {
  const page = await scene.openPage();
  page.offline = true;
  await scene.write(page, "unsent");
  page.messenger.apply({ type: "read", conversationId: scene.id, userId: "ann", seq: 0 });
  page.messenger.apply({ type: "message", message: { ...scene.server.send(scene.id, "ann", "hello"), mine: false } });
  await ticks();
  expect(scene.unsent(page)).toEqual([["unsent", "waiting"]]);
  expect(await page.messenger.countUnsent()).toBe(1);
});

describe("The order of sending", () => {
  test("is the order of writing, not that in which tabs hear of messages", async () => {
    const browser = new FakeBrowser();
    const leader = await scene.openPage(browser);
    const other = await scene.openPage(browser);
    leader.offline = true;
    // The second tab is quick to write and slow to tell.
    if (other.channel) other.channel.frozen = true;
    await scene.write(other, "first");
    await vi.advanceTimersByTimeAsync(10);
    await scene.write(leader, "second");
    leader.stop();
    scene.pages = [other];
    if (other.channel) other.channel.frozen = false;
    await other.settle();
    expect(scene.sent).toEqual(["first", "second"]);
    expect(scene.unsent(other)).toEqual([]);
  });

  test("of one that is tried again is behind those that were written since, which wait, and on screen too", async () => {
    const page = await scene.openPage();
    await scene.write(page, "refused");
    await scene.answer(page, { status: 422, body: SAID });
    page.offline = true;
    await scene.write(page, "written since");
    await page.messenger.retry(page.state.outbox[scene.id]?.[0]?.clientId ?? "");
    expect(scene.unsent(page).map(([content]) => content)).toEqual(["written since", "refused"]);
    page.offline = false;
    page.lifecycle?.wake();
    await page.settle();
    expect(scene.sent).toEqual(["written since", "refused"]);
  });

  test("of two that were written in the same millisecond is that in which they were written, after a reload too", async () => {
    const page = await scene.openPage();
    page.offline = true;
    for (const text of ["one", "two", "three"]) void page.messenger.send(scene.id, text);
    await ticks();
    page.stop();
    scene.pages = [];
    const next = await scene.openPage();
    expect(scene.sent).toEqual(["one", "two", "three"]);
    expect(scene.unsent(next)).toEqual([]);
  });

  test("holds within a conversation; another one does not wait for it", async () => {
    const page = await scene.openPage();
    const other = scene.server.start("me", "bob");
    await scene.write(page, "held up");
    void page.messenger.send(other, "on its way");
    await ticks();
    expect(page.exchanges.map(({ path }) => path)).toEqual([
      `/api/conversations/${scene.id}/messages`,
      `/api/conversations/${other}/messages`,
    ]);
    await page.settle();
    expect(scene.sent).toEqual(["held up"]);
    expect(scene.server.messages(other, "me").map(({ content }) => content)).toEqual(["on its way"]);
  });
});

describe("A message that is discarded", () => {
  test("while its request is out stays discarded, though the server refuses it", async () => {
    const page = await scene.openPage();
    await scene.write(page, "gone");
    await page.messenger.discard(page.state.outbox[scene.id]?.[0]?.clientId ?? "");
    await scene.answer(page, { status: 422, body: SAID });
    expect(scene.unsent(page)).toEqual([]);
    page.stop();
    scene.pages = [];
    expect(scene.unsent(await scene.openPage())).toEqual([]);
  });

  test("while it waits for a connection is not sent when there is one", async () => {
    const page = await scene.openPage();
    await scene.write(page, "gone");
    await scene.answer(page, { status: 503, body: SAID });
    await page.messenger.discard(page.state.outbox[scene.id]?.[0]?.clientId ?? "");
    page.lifecycle?.wake();
    await page.settle();
    expect(scene.sent).toEqual([]);
  });

  test("is not shown in a tab that has it from storage alone", async () => {
    const browser = new FakeBrowser();
    const leader = await scene.openPage(browser);
    leader.offline = true;
    await scene.write(leader, "gone");
    const other = await scene.openPage(browser);
    expect(scene.unsent(other)).toEqual([["gone", "waiting"]]);
    await other.messenger.discard(other.state.outbox[scene.id]?.[0]?.clientId ?? "");
    await ticks();
    for (const page of scene.pages) expect(scene.unsent(page)).toEqual([]);
  });
});

describe("A tab that has lost the lead", () => {
  test("sends nothing more, also not what it was about to try again", async () => {
    const browser = new FakeBrowser();
    const leader = await scene.openPage(browser);
    const next = await scene.openPage(browser);
    await scene.write(leader, "once");
    await scene.answer(leader, { status: 503, body: SAID });
    leader.lifecycle?.suspend();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(leader.exchanges).toEqual([]);
    await next.settle();
    expect(scene.sent).toEqual(["once"]);
    await scene.write(next, "by the next");
    expect(leader.exchanges).toEqual([]);
  });
});

test("What is not there can neither be tried again nor discarded", async () => {
  const page = await scene.openPage();
  await page.messenger.retry("unknown");
  await page.messenger.discard("unknown");
  await page.settle();
  expect(page.state.outbox).toEqual({});
});

describe("Unsent messages are shown", () => {
  test("as on their way while the first connection is being made", async () => {
    const page = await scene.openPage();
    page.stop();
    const young = new Page(scene.server, "me", { openId: scene.id }).start();
    scene.pages = [young];
    await scene.write(young, "hello");
    expect(scene.unsent(young)).toEqual([["hello", "pending"]]);
  });

  test("as waiting as soon as there is no connection, and as on their way when there is one again", async () => {
    const page = await scene.openPage();
    await scene.write(page, "hello");
    expect(scene.unsent(page)).toEqual([["hello", "pending"]]);
    page.source?.cut();
    expect(scene.unsent(page)).toEqual([["hello", "waiting"]]);
    await vi.advanceTimersByTimeAsync(1_500);
    page.source?.arrive();
    expect(scene.unsent(page)).toEqual([["hello", "pending"]]);
  });

  test("as on their way again once one of them has got through", async () => {
    const page = await scene.openPage();
    await scene.write(page, "one");
    await scene.write(page, "two");
    await scene.answer(page, { status: 503, body: SAID });
    expect(scene.unsent(page).map(([, state]) => state)).toEqual(["waiting", "waiting"]);
    await vi.advanceTimersByTimeAsync(1_000);
    await scene.answer(page);
    expect(scene.unsent(page)).toEqual([["two", "pending"]]);
  });
});
