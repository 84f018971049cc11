import "server-only";
import { query } from "./db";
import { log } from "./log";
import { single } from "./single";

/**
 * Requests counted in memory, in windows that every server cuts alike by the clock, so that counting costs a
 * request no statement. Every two seconds the busy counts are added up in PostgreSQL, one statement for
 * all, and what other servers counted comes back with them. Counts under a quarter of their budget stay here:
 * most people never cause a write, and a budget is exceeded by at most a quarter for each further server,
 * plus what arrives within two seconds.
 */
type Count = { points: number; here: number; unshared: number; total: number; ends: number };

const SHARE_EVERY_MS = 2_000;
const SHARE_FROM = 1 / 4;

const counts = single("request counts", () => {
  const made = new Map<string, Count>();
  setInterval(() => void share(made), SHARE_EVERY_MS).unref();
  return made;
});

/** Counts one request; returns 0 while the budget lasts, else the milliseconds until the next window. */
export function count(key: string, { points, seconds }: { points: number; seconds: number }): number {
  const now = Date.now();
  const window = Math.floor(now / (seconds * 1000));
  const name = `${key}:${window}`;
  let found = counts.get(name);
  if (!found) {
    found = { points, here: 0, unshared: 0, total: 0, ends: (window + 1) * seconds * 1000 };
    counts.set(name, found);
  }
  found.here++;
  found.unshared++;
  found.total++;
  return found.total > points ? found.ends - now : 0;
}

const ADD_UP = {
  name: "request_counts_add_up",
  text: `INSERT INTO rate_limits (key, points, expire)
         SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
         ON CONFLICT (key) DO UPDATE SET points = rate_limits.points + excluded.points
         RETURNING key, points`,
};

/** Adds up the busy counts with the other servers', and drops those whose window is over. */
export async function share(held: Map<string, Count> = counts): Promise<void> {
  const busy: [string, Count, number][] = [];
  for (const [name, found] of held) {
    if (found.ends <= Date.now()) held.delete(name);
    else if (found.here >= found.points * SHARE_FROM) busy.push([name, found, found.unshared]);
  }
  if (busy.length === 0) return;
  // In key order, so that two servers take the row locks alike and never wait for each other in a circle.
  busy.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, found] of busy) found.unshared = 0;
  try {
    const rows = await query<{ key: string; points: number }>(ADD_UP, [
      busy.map(([name]) => name),
      busy.map(([, , added]) => added),
      busy.map(([, found]) => found.ends),
    ]);
    const totals = new Map(rows.map((row) => [row.key, row.points]));
    for (const [name, found] of busy) found.total = (totals.get(name) ?? 0) + found.unshared;
  } catch (error) {
    for (const [, found, added] of busy) found.unshared += added;
    log.warn({ err: error }, "request counts could not be shared");
  }
}
