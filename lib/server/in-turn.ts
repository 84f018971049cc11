import "server-only";
import { tooBusy } from "./http/errors";
import { single } from "./single";

/** Tasks of all keys that are under way or wait; what comes on top is refused with 503. */
const TASKS_MAX = 10_000;

const line = single("in turn", () => ({ last: new Map<string, Promise<unknown>>(), tasks: 0 }));

/** Whether a task of this key would have to wait. */
export function isBusy(key: string): boolean {
  return line.last.has(key);
}

/**
 * Runs tasks of one key one after the other, whatever becomes of each. Sends to one conversation would
 * wait for its row lock anyway; waiting here instead keeps them from holding the connections of the pool,
 * and lets this process see their results in the order of their commits.
 */
export function inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
  if (line.tasks >= TASKS_MAX) return Promise.reject(tooBusy());
  line.tasks++;
  const before = line.last.get(key);
  const mine = before === undefined ? task() : before.then(task, task);
  line.last.set(key, mine);
  const done = () => {
    line.tasks--;
    if (line.last.get(key) === mine) line.last.delete(key);
  };
  mine.then(done, done);
  return mine;
}
