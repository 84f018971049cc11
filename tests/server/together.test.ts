import { setImmediate as turn } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { inTurn, isBusy } from "@/lib/server/in-turn";
import { together } from "@/lib/server/together";

/** Runs that end when the test says so. */
function runs(limits: {
  atOnce: number;
  most: number;
  waitingMax?: number;
  worth?: number;
  regatherMs?: number;
  weigh?: (item: number) => number;
}) {
  const begun: { items: number[]; end: (results?: number[]) => void; fail: (error: Error) => void }[] = [];
  const add = together(
    { waitingMax: 100, ...limits },
    (items: number[]) =>
      new Promise<number[]>((resolve, reject) =>
        begun.push({ items, end: (results = items.map((n) => n * 10)) => resolve(results), fail: reject }),
      ),
  );
  return { add, begun, items: () => begun.map(({ items }) => items) };
}

it("runs an item that comes alone at once, and those that come in the same moment together", async () => {
  const { add, begun, items } = runs({ atOnce: 1, most: 10 });
  const alone = add(1);
  await turn();
  expect(items()).toEqual([[1]]);
  begun[0]?.end();
  expect(await alone).toBe(10);
  const both = [add(2), add(3)];
  await turn();
  expect(items()).toEqual([[1], [2, 3]]);
  begun[1]?.end();
  expect(await Promise.all(both)).toEqual([20, 30]);
});

it("gathers what comes while as many runs as may be are under way, each run at most so much", async () => {
  const { add, begun, items } = runs({ atOnce: 2, most: 2 });
  const all = [1, 2, 3, 4, 5, 6, 7].map(add);
  await turn();
  await turn();
  await turn();
  expect(items()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  begun[0]?.end();
  await turn();
  await turn();
  expect(items()).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  for (const at of [1, 2]) begun[at]?.end();
  await turn();
  await turn();
  begun[3]?.end();
  expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50, 60, 70]);
});

it("counts an item for what it weighs, and runs one that is too much alone", async () => {
  const { add, begun, items } = runs({ atOnce: 3, most: 5, weigh: (n) => n });
  const all = [2, 3, 1, 9, 4].map(add);
  for (let i = 0; i < 4; i++) await turn();
  begun[0]?.end();
  await turn();
  await turn();
  expect(items()).toEqual([[2, 3], [1], [9], [4]]);
  for (const run of begun) run.end();
  expect(await Promise.all(all)).toEqual([20, 30, 10, 90, 40]);
});

it("begins a run beside others only with as many items as make one worth it, or as many as they have", async () => {
  const { add, begun, items } = runs({ atOnce: 2, most: 10, worth: 3 });
  const all = [add(1)];
  await turn();
  all.push(add(2));
  await turn();
  expect(items()).toEqual([[1], [2]]);
  for (const { end } of begun) end();
  await turn();
  all.push(...[3, 4, 5, 6].map(add));
  await turn();
  all.push(add(7), add(8));
  await turn();
  await turn();
  expect(items().slice(2)).toEqual([[3, 4, 5, 6]]);
  all.push(add(9));
  await turn();
  expect(items().slice(2)).toEqual([
    [3, 4, 5, 6],
    [7, 8, 9],
  ]);
  all.push(add(10));
  await turn();
  begun[2]?.end();
  begun[3]?.end();
  await turn();
  await turn();
  begun[4]?.end();
  expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
});

it("waits after a run of several until as many have come back, for no longer than that run took", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { add, begun, items } = runs({ atOnce: 2, most: 10, worth: 8, regatherMs: 20 });
  const endAfter = async (run: number, ms: number) => {
    vi.advanceTimersByTime(ms);
    begun[run]?.end();
    await turn();
  };
  const all = [1, 2, 3].map(add);
  await turn();
  await endAfter(0, 5);
  all.push(add(4), add(5));
  await turn();
  expect(items()).toEqual([[1, 2, 3]]);
  all.push(add(6));
  await turn();
  expect(items().slice(1)).toEqual([[4, 5, 6]]);
  await endAfter(1, 5);
  all.push(add(7));
  await turn();
  vi.advanceTimersByTime(4);
  await turn();
  expect(items().slice(2)).toEqual([]);
  vi.advanceTimersByTime(1);
  await turn();
  expect(items().slice(2)).toEqual([[7]]);
  await endAfter(2, 5);
  all.push(add(8));
  await turn();
  expect(items().slice(3)).toEqual([[8]]);
  await endAfter(3, 5);
  expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
});

it("tells each caller of a run that failed, and goes on with the next", async () => {
  const { add, begun } = runs({ atOnce: 1, most: 2 });
  const settled = Promise.allSettled([1, 2, 3].map(add));
  await turn();
  begun[0]?.fail(new Error("No."));
  await turn();
  await turn();
  begun[1]?.end();
  expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
});

it("refuses with 503 what finds too much waiting, and takes the next once there is room again", async () => {
  const { add, begun } = runs({ atOnce: 1, most: 2, waitingMax: 2 });
  const first = add(1);
  await turn();
  const waiting = [add(2), add(3)];
  await expect(add(4)).rejects.toMatchObject({ status: 503, headers: { "Retry-After": expect.any(String) } });
  begun[0]?.end();
  await first;
  await turn();
  begun[1]?.end();
  expect(await Promise.all(waiting)).toEqual([20, 30]);
  const next = add(5);
  await turn();
  begun[2]?.end();
  expect(await next).toBe(50);
});

it("keeps at most ten thousand tasks in line, of whatever keys", async () => {
  let free = () => {};
  const gate = new Promise<void>((resolve) => (free = resolve));
  const line = Array.from({ length: 10_000 }, (_, i) => inTurn(`${i % 100}`, () => gate));
  await expect(inTurn("another", async () => {})).rejects.toMatchObject({ status: 503 });
  free();
  await Promise.all(line);
  await expect(inTurn("another", async () => "done")).resolves.toBe("done");
});

it("runs tasks of one key one after the other, whatever becomes of each, and of other keys beside them", async () => {
  const log: string[] = [];
  let free = () => {};
  const first = inTurn("a", async () => {
    log.push("a begins");
    await new Promise<void>((resolve) => (free = resolve));
    throw new Error("No.");
  });
  const second = inTurn("a", async () => log.push("a goes on"));
  await inTurn("b", async () => log.push("b"));
  expect(log).toEqual(["a begins", "b"]);
  expect([isBusy("a"), isBusy("b")]).toEqual([true, false]);
  free();
  await expect(first).rejects.toThrow("No.");
  await second;
  expect(log).toEqual(["a begins", "b", "a goes on"]);
  await turn();
  expect(isBusy("a")).toBe(false);
});
