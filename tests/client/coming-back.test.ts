import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

/** What many browsers are told at one moment they do not all do at one moment. */
let server: ModelServer;
let pages: Page[];

beforeEach(async () => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann");
  server.send(server.start("me", "ann"), "ann", "hello");
  pages = Array.from({ length: 20 }, () => new Page(server, "me").start());
  await vi.advanceTimersByTimeAsync(0);
  for (const page of pages) page.source?.arriveAll();
});
afterEach(() => {
  for (const page of pages) page.stop();
  vi.useRealTimers();
});

/** Milliseconds after which each page does something for the first time, looked at every so often; null: not at all. */
async function watch(did: (page: Page) => boolean, { step, for: span }: { step: number; for: number }): Promise<(number | null)[]> {
  const times: (number | null)[] = pages.map(() => null);
  for (let at = 0; at <= span; at += step) {
    pages.forEach((page, i) => {
      if (times[i] === null && did(page)) times[i] = at;
    });
    await vi.advanceTimersByTimeAsync(step);
  }
  return times;
}

describe("A server that goes away", () => {
  test("is come back to when it has said, by each page at another time", async () => {
    const asked = pages.map((page, i) => {
      page.source?.push("retry", "", 1_000 + 150 * i);
      page.source?.arriveAll();
      page.source?.cut();
      return 1_000 + 150 * i;
    });
    expect(await watch((page) => page.sources.length > 1, { step: 10, for: 5_000 })).toEqual(asked);
  });

  test("has said so for one time: a later loss is made up for as soon as ever", async () => {
    const page = pages[0] as Page;
    page.source?.push("retry", "", 4_000);
    page.source?.arriveAll();
    page.source?.cut();
    await vi.advanceTimersByTimeAsync(4_000);
    page.source?.arriveAll();
    page.source?.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(page.sources).toHaveLength(3);
  });
});

describe("A fresh load that all pages are told to make", () => {
  function tellAll(): void {
    for (const page of pages) {
      page.source?.send({ type: "reset" }, "1-1-0");
      page.source?.arriveAll();
    }
  }

  test("is made within a second by those that somebody looks at, at moments that differ", async () => {
    tellAll();
    const times = await watch((page) => page.exchanges.length > 0, { step: 5, for: 1_000 });
    expect(times).not.toContain(null);
    expect(new Set(times).size).toBeGreaterThan(10);
    expect(Math.max(...times.map(Number)) - Math.min(...times.map(Number))).toBeGreaterThan(250);
  });

  test("waits in a page that nobody looks at until somebody does, or for a minute", async () => {
    for (const page of pages) page.visible = false;
    tellAll();
    await vi.advanceTimersByTimeAsync(1_000);
    const early = pages.filter((page) => page.exchanges.length > 0);
    expect(early.length).toBeLessThan(5);
    const waiting = pages.find((page) => page.exchanges.length === 0) as Page;
    waiting.visible = true;
    waiting.lifecycle?.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(waiting.exchanges).not.toEqual([]);
    expect(await watch((page) => page.exchanges.length > 0, { step: 1_000, for: 60_000 })).not.toContain(null);
  });
});
