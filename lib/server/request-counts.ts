import "server-only";
import { LRUCache } from "lru-cache";
import { query } from "./db";
import { log } from "./log";
import { single } from "./single";

export type Budget = { points: number; seconds: number };

type Count = { points: number; unshared: number; here: number; total: number; ends: number };

const SHARE_EVERY_MS = 2_000;
const SHARE_FROM = 1 / 4;

/** Counts that are kept, some 30 MiB: callers can have any number of addresses. What was not counted for longest goes. */
const COUNTS_MAX = 100_000;

const ADD_UP = {
  name: "request_counts_add_up",
  text: `INSERT INTO rate_limits (key, points, expire)
         SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
         ON CONFLICT (key) DO UPDATE SET points = rate_limits.points + excluded.points
         RETURNING key, points`,
};

/**
 * Requests counted in memory, in windows that every server cuts alike by the clock, so that counting costs a
 * request no statement. Every two seconds the busy counts are added up in PostgreSQL, one statement for
 * all, and what other servers counted comes back with them. Counts under a quarter of their budget stay here:
 * most people never cause a write. So a budget is exceeded by at most a quarter for each further server,
 * plus what those let through within two seconds.
 */
export class RequestCounts {
  private readonly counts = new LRUCache<string, Count>({ max: COUNTS_MAX });

  /** Counts one request; returns 0 while the budget lasts, else the milliseconds until the next window. */
  count(key: string, { points, seconds }: Budget): number {
    const now = Date.now();
    const window = Math.floor(now / (seconds * 1000));
    const name = `${key}:${window}`;
    let found = this.counts.get(name);
    if (!found) {
      found = { points, unshared: 0, here: 0, total: 0, ends: (window + 1) * seconds * 1000 };
      this.counts.set(name, found);
    }
    found.here++;
    found.unshared++;
    found.total++;
    return found.total > points ? found.ends - now : 0;
  }

  /** Adds up the busy counts with the other servers', and drops those whose window is over. */
  async share(): Promise<void> {
    const busy = this.busy();
    if (busy.length === 0) return;
    const added = busy.map(([, found]) => found.unshared);
    for (const [, found] of busy) found.unshared = 0;
    try {
      const names = busy.map(([name]) => name);
      const rows = await query<{ key: string; points: number }>(ADD_UP, [names, added, busy.map(([, found]) => found.ends)]);
      const totals = new Map(rows.map((row) => [row.key, row.points]));
      for (const [name, found] of busy) found.total = (totals.get(name) ?? 0) + found.unshared;
    } catch (error) {
      busy.forEach(([, found], i) => {
        found.unshared += added[i] ?? 0;
      });
      log.warn({ err: error }, "request counts could not be shared");
    }
  }

  /** In the order of their names, so that two servers lock rows alike and never wait for each other in a circle. */
  private busy(): [string, Count][] {
    const busy: [string, Count][] = [];
    for (const [name, found] of [...this.counts.entries()]) {
      if (found.ends <= Date.now()) this.counts.delete(name);
      else if (found.here >= found.points * SHARE_FROM) busy.push([name, found]);
    }
    return busy.sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** The counts of this process. */
export function requestCounts(): RequestCounts {
  return single("request counts", () => {
    const made = new RequestCounts();
    setInterval(() => void made.share(), SHARE_EVERY_MS).unref();
    return made;
  });
}
