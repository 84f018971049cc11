import { beforeEach, describe, expect, test } from "vitest";
import { createLeadership } from "@/lib/client/sync/leader";
import { FakeBrowser } from "./support/fake-browser";

let browser: FakeBrowser;
let leading: string[];

beforeEach(() => {
  browser = new FakeBrowser();
  leading = [];
});

/** A tab of the browser, unless it has other locks, or none. */
function candidate(name: string, locks: Pick<LockManager, "request"> | null = browser.locksOf({ frozen: false })) {
  return createLeadership({
    name: "the lead",
    locks: locks ?? undefined,
    onLead() {
      leading.push(name);
      return () => void leading.splice(leading.indexOf(name), 1);
    },
  });
}

const told = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

/** Two tabs, of which the second has taken the lead from the first. */
async function takenAway() {
  const [one, two] = [candidate("one"), candidate("two")] as const;
  one.stand();
  two.stand();
  await told();
  two.seize();
  await told();
  return [one, two] as const;
}

describe("Of several tabs", () => {
  test("the first leads, and when it resigns the next", async () => {
    const [one, two] = [candidate("one"), candidate("two")];
    one.stand();
    two.stand();
    await told();
    expect([leading, one.leads, two.leads]).toEqual([["one"], true, false]);
    one.resign();
    expect(one.leads).toBe(false);
    await told();
    expect([leading, two.leads]).toEqual([["two"], true]);
  });

  test("one that has left the queue does not lead when its turn would have come", async () => {
    const [one, two, three] = [candidate("one"), candidate("two"), candidate("three")];
    for (const each of [one, two, three]) each.stand();
    await told();
    two.resign();
    one.resign();
    await told();
    expect(leading).toEqual(["three"]);
  });

  test("one that resigns in the moment in which the lock is on its way to it does not begin to lead", async () => {
    // The browser has granted the lock, and has not called back yet.
    let grant: (lock: Lock | null) => unknown = () => {};
    const request = (_name: string, _options: LockOptions, callback: typeof grant) => {
      grant = callback;
      return new Promise(() => {});
    };
    const late = candidate("late", { request: request as LockManager["request"] });
    late.stand();
    late.resign();
    await grant(null);
    expect([leading, late.leads]).toEqual([[], false]);
  });

  test("one that takes the lead away has it at once; the other ends, queues up, and leads again after it", async () => {
    const [one, two] = await takenAway();
    expect([leading, one.leads, two.leads]).toEqual([["two"], false, true]);
    two.resign();
    await told();
    expect([leading, one.leads]).toEqual([["one"], true]);
  });

  test("one that takes the lead does not stand in the queue a second time", async () => {
    const [one, two] = await takenAway();
    two.resign();
    one.resign();
    await told();
    expect(leading).toEqual([]);
  });

  test("one that resigned stands again when it is asked to", async () => {
    const one = candidate("one");
    one.stand();
    await told();
    one.resign();
    await told();
    one.stand();
    await told();
    expect(leading).toEqual(["one"]);
  });

  test("one whose lock is taken away after it has resigned does not queue up", async () => {
    const [one, two] = [candidate("one"), candidate("two")];
    one.stand();
    await told();
    one.resign();
    two.stand();
    two.seize();
    await told();
    two.resign();
    await told();
    expect(leading).toEqual([]);
  });
});

test("Without Web Locks each leads for itself, at once", () => {
  const alone = candidate("alone", null);
  expect(alone.leads).toBe(false);
  alone.stand();
  expect([leading, alone.leads]).toEqual([["alone"], true]);
  alone.resign();
  expect([leading, alone.leads]).toEqual([[], false]);
});
