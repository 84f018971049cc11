import "server-only";
import { config } from "../config";
import { query, type Statement } from "../db";

/** Rows taken out at a time: short transactions, so that nobody waits behind one. */
const BATCH = 5_000;

/** Milliseconds between two looks of one server. */
export const PRUNE_EVERY_MS = 60_000;

// One server at a time: the lock is held to the end of the statement's transaction, and who does not get
// it takes nothing out. Only the head of the log is looked at, so that a look costs the same however long
// the log is. Readers learn from pruned_xid, in the same transaction, how far back the log goes.
const PRUNE: Statement = {
  name: "prune_events",
  text: `WITH turn AS (
           SELECT pg_try_advisory_xact_lock(hashtext('parley.prune_events')) AS mine
         ), old AS (
           SELECT e.xid, e.id
           FROM (SELECT * FROM events WHERE (SELECT mine FROM turn) ORDER BY xid, id LIMIT $2) e
           WHERE e.created_at < now() - make_interval(secs => $1)
             AND e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
         ), gone AS (
           DELETE FROM events e USING old WHERE e.xid = old.xid AND e.id = old.id RETURNING e.xid
         ), marked AS (
           UPDATE epochs SET pruned_xid = greatest(pruned_xid, (SELECT max(xid) FROM gone))
           WHERE EXISTS (SELECT FROM gone)
         )
         SELECT count(*)::int AS count FROM gone`,
};

/** Takes out of the event log what is older than EVENT_RETENTION, in batches. Returns how many events went. */
export async function pruneEvents(retentionSeconds = config().EVENT_RETENTION): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await query<{ count: number }>(PRUNE, [retentionSeconds, BATCH]);
    total += row?.count ?? 0;
    if (!row || row.count < BATCH) return total;
  }
}
