import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { leavingOf } from "@/lib/client/account/leaving";
import { createOutboxStore } from "@/lib/client/outbox/outbox-store";
import { createReadingPositions } from "@/lib/client/screen/reading-positions";
import { FakeBrowser } from "./support/fake-browser";
import { memoryStorage } from "./support/memory-storage";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page, ticks } from "./support/page";

let server: ModelServer;
let id: string;
let browser: FakeBrowser;
let localStorage: Storage;
let sessionStorage: Storage;
let pages: Page[];

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  vi.stubGlobal("indexedDB", new IDBFactory());
  server = new ModelServer("me", "ann");
  id = server.start("me", "ann");
  browser = new FakeBrowser();
  localStorage = memoryStorage();
  sessionStorage = memoryStorage();
  pages = [];
});
afterEach(() => {
  for (const page of pages) page.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function openPage(user = "me"): Page {
  const page = new Page(server, user, { openId: id, browser, platform: { localStorage, sessionStorage } }).start();
  pages.push(page);
  return page;
}

const ended = async () => ({ value: undefined, errors: null });

/** A tab in which something has been written that the server does not get. */
async function unsentPage(): Promise<Page> {
  const page = openPage();
  await page.settle();
  page.offline = true;
  await page.messenger.send(id, "unsent");
  page.messenger.setDraft(id, "half a th");
  await vi.advanceTimersByTimeAsync(600);
  await ticks();
  return page;
}

const kept = async (user = "me") => ({
  drafts: Array.from({ length: localStorage.length }, (_, i) => localStorage.key(i)),
  unsent: (await createOutboxStore(() => {}).all(user)).map(({ content }) => content),
});

describe("Who signs out on this device", () => {
  test("is told how many of their messages have not been sent", async () => {
    const page = await unsentPage();
    expect(await page.messenger.countUnsent()).toBe(1);
    expect(await kept()).toEqual({ drafts: [`parley draft me ${id}`], unsent: ["unsent"] });
  });

  test("leaves neither drafts nor unsent messages behind", async () => {
    const page = await unsentPage();
    await page.messenger.leave(ended);
    page.lifecycle?.suspend();
    await ticks();
    expect(await kept()).toEqual({ drafts: [], unsent: [] });
    expect(sessionStorage.length).toBe(0);
    expect(page.state.outbox[id] ?? []).toEqual([]);
    page.offline = false;
    page.lifecycle?.wake();
    await page.settle();
    expect(server.messages(id, "me")).toEqual([]);
  });

  test("leaves nothing in their other tabs either, which would write it down again", async () => {
    const other = await unsentPage();
    other.messenger.setDraft(id, "half a thought");
    const page = openPage();
    await page.settle();
    await page.messenger.leave(ended);
    await ticks();
    other.lifecycle?.suspend();
    await ticks();
    expect(await kept()).toEqual({ drafts: [], unsent: [] });
    expect(other.state.outbox[id] ?? []).toEqual([]);
  });

  test("asks nothing more until the next page has come, however long that takes; who goes back to this one is signed out", async () => {
    const page = openPage();
    await page.settle();
    const opened = page.sources.length;
    await page.messenger.leave(async () => {
      page.refusal = { status: 401, body: { message: "Sign in to go on." } };
      page.messenger.apply({ type: "signed_out" });
      page.source?.cut();
      return ended();
    });
    page.lifecycle?.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(page.sources).toHaveLength(opened);
    expect(page.exchanges).toEqual([]);

    page.lifecycle?.suspend();
    page.lifecycle?.resume();
    page.messenger.apply({ type: "signed_out" });
    await page.settle();
    expect(page.state.signedOut).toBe(true);
  });
});

describe("Who signs out in the settings, a page without a messenger,", () => {
  const settings = (sessionStorage: Storage = memoryStorage()) =>
    leavingOf("me", { openChannel: (name) => browser.openChannel(name), localStorage, sessionStorage });

  test("loses nothing where that does not work", async () => {
    await unsentPage();
    const refused = { value: null, errors: { form: "The server cannot be reached." } };
    const before = await kept();
    expect(await settings().leave(async () => refused)).toBe(refused);
    expect(await kept()).toEqual(before);
    expect(before.drafts).toHaveLength(1);
  });

  test("leaves nothing behind in a browser whose tabs cannot talk to one another either", async () => {
    await unsentPage();
    const alone = leavingOf("me", { openChannel: undefined, localStorage, sessionStorage });
    await alone.leave(ended);
    expect(await kept()).toEqual({ drafts: [], unsent: [] });
  });

  test("is told how many of their messages have not been sent", async () => {
    await unsentPage();
    expect(await settings().countUnsent()).toBe(1);
  });

  test("leaves nothing behind, nor do their other tabs, which would write it down or send it", async () => {
    const other = await unsentPage();
    other.messenger.setDraft(id, "half a thought");
    const sessionStorage = memoryStorage();
    const places = createReadingPositions({ userId: "me", storage: sessionStorage });
    places.keep(id, { seq: 1, messageId: `${id}#1`, offset: 0 });
    places.flush();
    await settings(sessionStorage).leave(ended);
    await ticks();
    other.lifecycle?.suspend();
    await ticks();
    expect(await kept()).toEqual({ drafts: [], unsent: [] });
    expect(other.state.outbox[id] ?? []).toEqual([]);
    expect(sessionStorage.length).toBe(0);
  });
});

test("Who cannot sign out, because no server answers, loses nothing and is still there", async () => {
  const page = await unsentPage();
  const before = await kept();
  const refused = { value: null, errors: { form: "The server cannot be reached." } };
  expect(await page.messenger.leave(async () => refused)).toBe(refused);
  expect(await kept()).toEqual(before);
  expect(page.state.outbox[id]).toHaveLength(1);
  page.offline = false;
  page.lifecycle?.wake();
  await page.settle();
  expect(server.messages(id, "me").map(({ content }) => content)).toEqual(["unsent"]);
});

describe("Where the session was ended elsewhere", () => {
  test("what was not sent waits for the same person; the next one finds no draft, and is not shown what waits", async () => {
    const page = await unsentPage();
    page.offline = false;
    page.refusal = { status: 401, body: { message: "Sign in to go on." } };
    page.lifecycle?.wake();
    await page.settle();
    expect(page.state.signedOut).toBe(true);
    page.stop();

    sessionStorage.setItem("parley.places.me", "[]");
    const next = openPage("ann");
    await next.settle();
    expect(next.state.outbox).toEqual({});
    expect((await kept()).drafts).toEqual([]);
    expect(sessionStorage.length).toBe(0);
    next.stop();

    const back = openPage();
    await back.settle();
    expect(server.messages(id, "me").map(({ content }) => content)).toEqual(["unsent"]);
    expect(await kept()).toEqual({ drafts: [], unsent: [] });
  });
});

describe("A tab whose session got a new token", () => {
  test("goes on with the new cookie, which may come a moment after the old one was refused", async () => {
    const page = openPage();
    await page.settle();
    const opened = page.sources.length;
    page.refusal = { status: 401, body: { message: "Sign in to go on." } };
    const seen: boolean[] = [];
    page.messenger.subscribe(() => seen.push(page.state.signedOut));
    page.messenger.apply({ type: "signed_out" });
    await page.load();
    page.refusal = null;
    page.source?.cut();
    await page.settle();
    expect(seen).not.toContain(true);
    expect(page.sources.length).toBeGreaterThan(opened);
    expect(page.state.connection.status).toBe("open");
    await page.messenger.send(id, "still here");
    await page.settle();
    expect(server.messages(id, "me").map(({ content }) => content)).toEqual(["still here"]);
  });

  test("is signed out where no new cookie comes", async () => {
    const page = openPage();
    await page.settle();
    page.refusal = { status: 401, body: { message: "Sign in to go on." } };
    page.messenger.apply({ type: "signed_out" });
    await page.settle();
    expect(page.state.signedOut).toBe(true);
  });
});
