import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createReadingPositions } from "@/lib/client/screen/reading-positions";
import { memoryStorage } from "./support/memory-storage";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

let server: ModelServer;
let id: string;
let pages: Page[];

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann");
  id = server.start("me", "ann");
  for (let n = 1; n <= 120; n++) server.send(id, "ann", `${n}`);
  server.read(id, "me", 120);
  pages = [];
});
afterEach(() => {
  for (const page of pages) page.stop();
  vi.useRealTimers();
});

/** A tab, and what it leaves in its storage. */
function openTab(kept = memoryStorage()) {
  const page = new Page(server, "me", { openId: id, platform: { sessionStorage: kept } }).start();
  pages.push(page);
  return { page, kept };
}

const seqs = (page: Page) => page.state.transcripts[id]?.messages.map(({ seq }) => seq) ?? [];

describe("Somebody who comes back to a conversation", () => {
  test("after a reload finds the window where they left off, however far up that is", async () => {
    const { page, kept } = openTab();
    page.messenger.open(id);
    await page.settle();
    void page.messenger.loadOlder(id);
    await page.settle();
    const [top = 0] = seqs(page);
    page.messenger.keepReadingPosition(id, top, -12, true);
    page.lifecycle?.suspend();

    const { page: reloaded } = openTab(kept);
    expect(reloaded.messenger.readingPositionOf(id)).toEqual({ seq: top, offset: -12, messageId: `${id}#${top}` });
    reloaded.messenger.open(id);
    await reloaded.settle();
    expect(seqs(reloaded)).toContain(top);
  });

  test("finds the very message, and none that is not held", async () => {
    const { page } = openTab();
    page.messenger.open(id);
    await page.settle();
    page.messenger.keepReadingPosition(id, 100, 3, true);
    expect(page.messenger.readingPositionOf(id)).toEqual({ seq: 100, offset: 3, messageId: `${id}#100` });
    page.messenger.keepReadingPosition(id, 7, 3, true);
    expect(page.messenger.readingPositionOf(id)).toBeNull();
    page.messenger.keepReadingPosition("elsewhere", 7, 3, true);
    expect(page.messenger.readingPositionOf("elsewhere")).toBeNull();
  });

  test("starts at the end where they left at the end", async () => {
    const { page } = openTab();
    page.messenger.open(id);
    await page.settle();
    page.messenger.keepReadingPosition(id, 110, 0, true);
    expect(page.messenger.readingPositionOf(id)).not.toBeNull();
    page.messenger.keepReadingPosition(id, 119, 0, false);
    expect(page.messenger.readingPositionOf(id)).toBeNull();
  });

  test("starts at the end where they have left this device in between", async () => {
    const { page, kept } = openTab();
    page.messenger.open(id);
    await page.settle();
    page.messenger.keepReadingPosition(id, 110, 0, true);
    await page.messenger.leave(async () => ({ value: undefined, errors: null }));
    // It still scrolls before it ends.
    page.messenger.keepReadingPosition(id, 111, 0, true);
    page.lifecycle?.suspend();
    expect(kept.length).toBe(0);
    expect(openTab(kept).page.messenger.readingPositionOf(id)).toBeNull();
  });

  test("starts at what is new where there is news", async () => {
    const { page } = openTab();
    page.messenger.open(id)();
    await page.settle();
    page.messenger.keepReadingPosition(id, 110, 0, true);
    server.send(id, "ann", "news");
    await page.settle();
    expect(page.messenger.readingPositionOf(id)).toBeNull();
  });
});

test("Places are kept of twenty conversations, and a storage that holds something else is none", () => {
  const storage = { getItem: () => "{", setItem: () => {} } as unknown as Storage;
  const places = createReadingPositions({ userId: "me", storage });
  for (let n = 0; n < 25; n++) places.keep(`c${n}`, { seq: n, messageId: `m${n}`, offset: 0 });
  expect([0, 4, 5, 24].map((n) => places.get(`c${n}`)?.seq)).toEqual([undefined, undefined, 5, 24]);
});

test.each([
  ["there is no storage", undefined],
  ["what is stored cannot be read", "{"],
])("Where %s, a place is kept for as long as the page is there", (_, stored) => {
  const storage = memoryStorage();
  if (stored) storage.setItem("parley.places.me", stored);
  const places = createReadingPositions({ userId: "me", storage: stored ? storage : undefined });
  expect(places.get("c")).toBeNull();
  const place = { seq: 3, messageId: "m3", offset: 0 };
  places.keep("c", place);
  expect(places.get("c")).toEqual(place);
  places.flush();
  places.keep("c", null);
  expect(places.get("c")).toBeNull();
  places.flush();
  places.forgetOthers();
  places.forget();
});

test("What others have left goes, and nothing that is not a place", () => {
  const storage = memoryStorage();
  for (const key of ["parley.places.ann", "parley.places.me", "parley.theme"]) storage.setItem(key, "[]");
  createReadingPositions({ userId: "me", storage }).forgetOthers();
  expect(Array.from({ length: storage.length }, (_, i) => storage.key(i))).toEqual(["parley.places.me", "parley.theme"]);
});
