import { expect, it, vi } from "vitest";
import { RequestCounts } from "@/lib/server/request-counts";
import { sql } from "../support/database";

const BUDGET = { points: 100, seconds: 3_600 };

/** Two servers on one database. */
const servers = () => [new RequestCounts(), new RequestCounts()] as const;

/** Makes so many requests; returns how many of them were refused. */
function refused(counts: RequestCounts, key: string, times: number): number {
  return Array.from({ length: times }, () => counts.count(key, BUDGET)).filter((wait) => wait > 0).length;
}

it("refuses what goes past the budget, until the window ends", () => {
  const [one] = servers();
  expect(refused(one, "a", 105)).toBe(5);
  vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ["Date"] });
  expect(refused(one, "a", 100)).toBe(0);
  vi.useRealTimers();
});

it("counts across servers", async () => {
  const [one, other] = servers();
  expect(refused(one, "b", 60) + refused(other, "b", 60)).toBe(0);
  await one.share();
  await other.share();
  expect(refused(other, "b", 1)).toBe(1);
  await one.share();
  expect(refused(one, "b", 1)).toBe(1);
});

it("adds nothing up twice", async () => {
  const [one] = servers();
  refused(one, "c", 30);
  for (let i = 0; i < 3; i++) await one.share();
  expect(await sql("SELECT points FROM rate_limits WHERE key LIKE 'c:%'")).toEqual([{ points: 30 }]);
});

it("writes nothing for those who stay under a quarter of their budget", async () => {
  const [one] = servers();
  refused(one, "d", 24);
  await one.share();
  expect(await sql("SELECT FROM rate_limits WHERE key LIKE 'd:%'")).toHaveLength(0);
});

it("keeps a hundred thousand counts, however many addresses call, and those that go on calling among them", () => {
  const [one] = servers();
  expect(refused(one, "once", 101)).toBe(1);
  expect(refused(one, "busy", 101)).toBe(1);
  for (let i = 0; i < 100_000; i++) {
    one.count(`address ${i}`, BUDGET);
    if (i % 10_000 === 0) one.count("busy", BUDGET);
  }
  expect(refused(one, "busy", 1)).toBe(1);
  expect(refused(one, "once", 1)).toBe(0);
});
