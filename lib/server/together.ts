import "server-only";
import { tooBusy } from "./http/errors";

type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

/**
 * Runs the items of many callers together: those that come while `atOnce` runs are under way form the next one, of at
 * most `most` items. Under load fewer and larger runs do the work; an item that comes alone is run at once, and alone.
 * What finds `waitingMax` items waiting is refused with 503.
 * @param run gives a result for each item, in their order. If it throws, each of its callers gets the error.
 */
export function together<Item, Result>(
  { atOnce, most, waitingMax }: { atOnce: number; most: number; waitingMax: number },
  run: (items: Item[]) => Promise<Result[]>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running = 0;
  let due = false;

  /** Not before all requests have been read that arrived at the same moment. */
  function runSoon(): void {
    if (due || running >= atOnce || waiting.length === 0) return;
    due = true;
    setImmediate(() => {
      due = false;
      void runNext();
    });
  }

  async function runNext(): Promise<void> {
    const callers = waiting.slice(0, most);
    waiting = waiting.slice(most);
    running++;
    runSoon();
    try {
      const results = await run(callers.map(({ item }) => item));
      for (const [i, { resolve }] of callers.entries()) resolve(results[i] as Result);
    } catch (error) {
      for (const { reject } of callers) reject(error);
    }
    running--;
    runSoon();
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= waitingMax) return reject(tooBusy());
      waiting.push({ item, resolve, reject });
      runSoon();
    });
}
