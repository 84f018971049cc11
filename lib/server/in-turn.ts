import "server-only";
import { single } from "./single";

const last = single("in turn", () => new Map<string, Promise<unknown>>());

/** Whether a task of this key would have to wait. */
export function isBusy(key: string): boolean {
  return last.has(key);
}

/**
 * Runs tasks of one key one after the other, whatever becomes of each. Sends to one conversation would
 * wait for its row lock anyway; waiting here instead keeps them from holding the connections of the pool,
 * and lets this process see their results in the order of their commits.
 */
export function inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
  const before = last.get(key);
  const mine = before === undefined ? task() : before.then(task, task);
  last.set(key, mine);
  const done = () => {
    if (last.get(key) === mine) last.delete(key);
  };
  mine.then(done, done);
  return mine;
}
