import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

let server: ModelServer;
let id: string;
let page: Page;

beforeEach(async () => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann", "bob");
  id = server.start("me", "ann");
  server.send(id, "ann", "first");
  page = new Page(server, "me", { openId: id }).start();
  await page.settle();
});
afterEach(() => {
  page.stop();
  vi.useRealTimers();
});

const shown = () => page.state.transcripts[id]?.messages.map(({ content }) => content);
const asked = () => server.requests.filter((request) => request.endsWith("/messages")).length;
const refusals = () => page.exchanges.filter(({ path }) => path.includes("/messages"));

/** The page learns of a message past others that it has not got, and its stream is gone. */
function openGap(): void {
  page.source?.cut();
  for (let i = 0; i < 3; i++) server.send(id, "ann", `missed ${i}`);
  page.messenger.apply({ type: "sent", message: server.send(id, "me", "answered", crypto.randomUUID()) });
}

/** Everything that is asked for is refused, for a minute; how often messages were asked for. */
async function refuseAll(status: number): Promise<number> {
  page.refusal = { status, body: { message: "No." } };
  let count = 0;
  for (let turn = 0; turn < 240; turn++) {
    await vi.advanceTimersByTimeAsync(250);
    count += refusals().length;
    for (const exchange of [...page.exchanges]) {
      exchange.answer();
      exchange.arrive();
    }
    page.sources.forEach((source) => source.cut(2));
  }
  page.refusal = null;
  return count;
}

describe("A gap that is open", () => {
  test("when the session ends is asked for once, and filled after signing in again", async () => {
    openGap();
    expect(await refuseAll(401)).toBe(1);
    expect(page.state.signedOut).toBe(true);
    expect(asked()).toBe(0);
    page.lifecycle?.wake();
    await page.settle();
    expect(shown()).toEqual(["first", "missed 0", "missed 1", "missed 2", "answered"]);
  });

  test("when access is lost is asked for once, and not with every further event", async () => {
    openGap();
    expect(await refuseAll(404)).toBe(1);
    const other = server.start("me", "bob");
    for (let i = 0; i < 5; i++) page.messenger.apply({ type: "message", message: { ...server.send(other, "bob", `${i}`), mine: false } });
    expect(await refuseAll(404)).toBe(0);
  });
});

describe("A gap that no event tells of", () => {
  /** Requests are answered, and no stream comes back. */
  async function answerAll(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) {
      await vi.advanceTimersByTimeAsync(100);
      for (const source of page.sources) if (source.readyState !== 2) source.cut();
      for (const exchange of [...page.exchanges]) {
        exchange.answer();
        exchange.arrive();
      }
    }
  }

  test("but an answer about the conversation is filled", async () => {
    page.source?.cut();
    for (let i = 0; i < 2; i++) server.send(id, "ann", `missed ${i}`);
    void page.messenger.startConversation("ann");
    await answerAll();
    expect(shown()).toEqual(["first", "missed 0", "missed 1"]);
  });

  test("and was refused is asked for again once there is reason to hope", async () => {
    openGap();
    expect(await refuseAll(404)).toBe(1);
    page.lifecycle?.wake();
    await answerAll();
    expect(shown()).toEqual(["first", "missed 0", "missed 1", "missed 2", "answered"]);
  });
});

test("A gap that the server knows nothing of, since its database was put back, is asked for once", async () => {
  const backup = server.backup();
  openGap();
  backup();
  await vi.advanceTimersByTimeAsync(250);
  for (let turn = 0; turn < 20; turn++) await page.load();
  expect(asked()).toBe(2);
});

test("A conversation that the stream tells of as the session ends is fetched after signing in again", async () => {
  const other = server.start("me", "bob");
  server.send(other, "bob", "hello");
  server.settleLog();
  server.beat();
  page.source?.arriveAll();
  page.source?.cut();
  await refuseAll(401);
  expect(page.state.conversations[other]).toBeUndefined();
  page.lifecycle?.wake();
  await page.settle();
  expect(page.state.conversations[other]).toEqual(server.view(other, "me"));
});
