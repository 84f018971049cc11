import "server-only";
import { config } from "../config";
import { query } from "../db";
import { HttpError } from "../http/errors";

/** After so many failures each further attempt has to wait: at first so long, then twice as long each time, up to the longest. */
const FIRST_WAIT_S = 30;
const LONGEST_WAIT_S = 15 * 60;
/** How long failures are remembered after the last one. */
const FORGET_S = 6 * 3_600;

const NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
const LAST = `(r.expire - ${FORGET_S * 1000})`;
const WAIT = `CASE WHEN r.points < $2::int THEN 0 ELSE 1000 * least(${LONGEST_WAIT_S}, ${FIRST_WAIT_S} * 2 ^ least(r.points - $2, 20))::bigint END`;

/** One row counts the failures; when the last one was follows from when they are forgotten. For somebody who has to wait no row comes back. */
const COUNT = {
  name: "count_failure",
  text: `INSERT INTO rate_limits AS r (key, points, expire) VALUES ($1, 1, ${NOW} + ${FORGET_S * 1000})
         ON CONFLICT (key) DO UPDATE
         SET points = CASE WHEN r.expire <= ${NOW} THEN 1 ELSE r.points + 1 END, expire = excluded.expire
         WHERE r.expire <= ${NOW} OR ${NOW} >= ${LAST} + ${WAIT}
         RETURNING points`,
};

const REMAINING = {
  name: "failure_wait",
  text: `SELECT ceil((${LAST} + ${WAIT} - ${NOW}) / 1000.0)::int AS seconds FROM rate_limits r WHERE key = $1`,
};

/** What failures are counted by, and how many of them pass before anybody has to wait. */
export type FailureCount = { key: string; free: number };

/**
 * Counts an attempt as a failure, at all servers together, until it is forgiven: so many at once cannot slip past the
 * count. Throws 429 for one that comes too soon after too many; that one counts for nothing, so asking again makes no
 * wait longer.
 */
export async function countFailure({ key, free }: FailureCount): Promise<void> {
  if (!config().RATE_LIMIT) return;
  if ((await query(COUNT, [key, free])).length > 0) return;
  const [row] = await query<{ seconds: number }>(REMAINING, [key, free]);
  const seconds = Math.max(1, row?.seconds ?? 1);
  throw new HttpError("too_many_tries", { retryAfter: seconds });
}

/** The attempt was none: `all` takes back the failures before it too. */
export async function forgiveFailure({ key }: FailureCount, { all }: { all: boolean }): Promise<void> {
  if (!config().RATE_LIMIT) return;
  if (all) await query({ name: "forget_failures", text: "DELETE FROM rate_limits WHERE key = $1" }, [key]);
  else await query({ name: "forgive_failure", text: "UPDATE rate_limits SET points = greatest(points - 1, 0) WHERE key = $1" }, [key]);
}
