import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createPause, retryDelay } from "@/lib/client/sync/retry";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("The delay before the next try", () => {
  test.each([
    [0, 1_000],
    [1, 2_000],
    [4, 16_000],
    [5, 30_000],
    [10, 30_000],
    [5_000, 30_000],
  ])("after %i failures is half to all of %i ms", (failures, most) => {
    expect(retryDelay(failures, () => 0)).toBe(most / 2);
    expect(retryDelay(failures, () => 0.5)).toBe(most * 0.75);
    expect(retryDelay(failures, () => 1)).toBe(most);
  });

  test("differs from one to the next", () => {
    expect(new Set(Array.from({ length: 20 }, () => retryDelay(3))).size).toBe(20);
  });
});

describe("A pause", () => {
  async function isOver(sleep: Promise<void>): Promise<boolean> {
    return Promise.race([sleep.then(() => true), vi.advanceTimersByTimeAsync(0).then(() => false)]);
  }

  test("ends by itself, later after more failures", async () => {
    const pause = createPause();
    const [first, sixth] = [pause.sleep(0, null), pause.sleep(5, null)];
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await isOver(first), await isOver(sixth)]).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(await isOver(sixth)).toBe(true);
  });

  test("ends with good news, whoever sleeps, and leaves no timer", async () => {
    const pause = createPause();
    const sleeps = [pause.sleep(5, null), pause.sleep(9, null)];
    pause.wake();
    await Promise.all(sleeps);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that the server has asked for is as long as it said, whatever the news", async () => {
    const pause = createPause();
    const sleep = pause.sleep(0, 7_000);
    pause.wake();
    await vi.advanceTimersByTimeAsync(6_999);
    expect(await isOver(sleep)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await isOver(sleep)).toBe(true);
  });
});
