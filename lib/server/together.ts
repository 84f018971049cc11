import "server-only";
import { tooBusy } from "./http/errors";

type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

export type Limits<Item> = {
  atOnce: number;
  most: number;
  waitingMax: number;
  worth?: number;
  regatherMs?: number;
  /** What an item counts towards `most`: 1, unless it is said here. */
  weigh?: (item: Item) => number;
};

/**
 * Runs the items of many callers together: those that come while `atOnce` runs are under way form the next one, of at
 * most `most` items, or of one that counts for more. Under load fewer and larger runs do the work; an item that comes alone
 * is run at once, and alone. What finds `waitingMax` items waiting is refused with 503.
 *
 * Two small runs beside each other cost more than one of both: while one of `worth` items or more is under way, the next
 * begins with as many; beside a smaller one, with as many as that has. Callers who were answered together come back one
 * shortly after the other: after a run of several, with none under way, the next one waits for as many; for no longer than
 * that run took, and `regatherMs` at most.
 * @param run gives a result for each item, in their order. If it throws, each of its callers gets the error.
 */
export function together<Item, Result>(
  { atOnce, most, waitingMax, worth = 1, regatherMs = 0, weigh = () => 1 }: Limits<Item>,
  run: (items: Item[]) => Promise<Result[]>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  /** How many items each run under way has. */
  const running: number[] = [];
  let due = false;
  /** How many are likely to come back, until when. */
  let expected = { count: 0, until: 0 };
  let regathering: NodeJS.Timeout | null = null;

  /** Not before all requests have been read that arrived at the same moment. */
  function runSoon(): void {
    if (due || running.length >= atOnce || waiting.length === 0) return;
    if (running.length > 0 && waiting.length < Math.min(worth, ...running)) return;
    if (running.length === 0 && waiting.length < expected.count) {
      const left = expected.until - performance.now();
      if (left > 0) {
        regathering ??= setTimeout(regathered, left);
        return;
      }
    }
    due = true;
    setImmediate(() => {
      due = false;
      void runNext();
    });
  }

  function regathered(): void {
    regathering = null;
    expected = { count: 0, until: 0 };
    runSoon();
  }

  async function runNext(): Promise<void> {
    if (regathering) clearTimeout(regathering);
    regathering = null;
    const count = countNext();
    const callers = waiting.slice(0, count);
    waiting = waiting.slice(count);
    running.push(callers.length);
    runSoon();
    const began = performance.now();
    try {
      const results = await run(callers.map(({ item }) => item));
      for (const [i, { resolve }] of callers.entries()) resolve(results[i] as Result);
    } catch (error) {
      for (const { reject } of callers) reject(error);
    }
    running.splice(running.indexOf(callers.length), 1);
    const now = performance.now();
    expected = { count: callers.length, until: now + Math.min(regatherMs, now - began) };
    runSoon();
  }

  /** How many of those that wait form the next run. */
  function countNext(): number {
    let [count, left] = [0, most];
    for (const { item } of waiting) {
      left -= weigh(item);
      if (left < 0) break;
      count++;
    }
    return Math.max(1, count);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= waitingMax) return reject(tooBusy());
      waiting.push({ item, resolve, reject });
      runSoon();
    });
}
