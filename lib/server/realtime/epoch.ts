import "server-only";
import { query, type Statement } from "../db";
import { newId } from "../ids";
import { log } from "../log";
import { single } from "../single";

const DATABASE = "(SELECT oid FROM pg_database WHERE datname = current_database())";

/**
 * What tells one history from another, best first; a role may not be allowed to ask. A copied folder is the same database to
 * PostgreSQL, but its files are new: this one is written when the folder is made, and never again.
 */
const IDENTITIES: Statement[] = [
  {
    name: "folder_identity",
    text: `SELECT concat_ws(':', system_identifier, ${DATABASE}, extract(epoch FROM f.change)::bigint) AS identity
           FROM pg_control_system(), pg_stat_file('PG_VERSION') f`,
  },
  { name: "database_identity", text: `SELECT concat_ws(':', system_identifier, ${DATABASE}) AS identity FROM pg_control_system()` },
  { name: "no_identity", text: "SELECT 'hidden' AS identity" },
];

// A standby that was promoted goes on under another timeline, and gives out once more the ids of what it had not received. Its
// log is its own all the same; rows that come from another history have transaction ids that mean nothing here.
const ENSURE: Statement = {
  name: "ensure_epoch",
  text: `WITH ours AS (
           SELECT FROM epochs WHERE system_identifier = $2
           AND NOT EXISTS (SELECT FROM events WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
         ), changed AS (
           INSERT INTO epochs (id, epoch, system_identifier, timeline) VALUES (1, $1, $2, database_timeline())
           ON CONFLICT (id) DO UPDATE
             SET epoch = excluded.epoch, system_identifier = excluded.system_identifier, timeline = excluded.timeline,
                 pruned_xid = 0, created_at = now()
             WHERE epochs.system_identifier <> excluded.system_identifier
                OR epochs.timeline IS DISTINCT FROM excluded.timeline
                OR EXISTS (SELECT FROM events WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
           RETURNING epoch, xmax <> 0 AS replaced
         ), emptied AS (DELETE FROM events WHERE EXISTS (SELECT FROM changed) AND NOT EXISTS (SELECT FROM ours))
         SELECT epoch, replaced FROM changed
         UNION ALL SELECT epoch, false FROM epochs WHERE NOT EXISTS (SELECT FROM changed)`,
};

const current = single<{ epoch: Promise<string> | null }>("epoch", () => ({ epoch: null }));

/**
 * The epoch as it stands, in a statement that reads the log: what it says then holds of that very history. Null where this is
 * another one by now, such as that of a standby that was promoted.
 */
export const EPOCH_NOW = "(SELECT right(epoch::text, 8) FROM epochs WHERE timeline IS NOT DISTINCT FROM database_timeline())";

/**
 * Names the history that cursors belong to: eight hexadecimal digits, new for a new database, for a dump restored elsewhere,
 * for a folder put back in place, for one set back to an earlier time, and for a standby that was promoted, which may lack
 * what was committed last. Whether it lacks anything cannot be told: it does not know what there was. Kept in the process
 * until it is renewed.
 */
export function epoch(): Promise<string> {
  current.epoch ??= ensureEpoch().catch((error) => {
    current.epoch = null;
    throw error;
  });
  return current.epoch;
}

/** Looks again, after the database was seen to have gone back in time, or to be another. */
export function renewEpoch(): Promise<string> {
  current.epoch = null;
  return epoch();
}

async function ensureEpoch(): Promise<string> {
  const [row] = await query<{ epoch: string; replaced: boolean }>(ENSURE, [newId(), await databaseIdentity()]);
  // Two servers at once on a new database: the row of the other is committed but not in our snapshot.
  if (!row) return ensureEpoch();
  if (row.replaced) log.info("this database has another history: clients will load afresh");
  // The tail, because the head of a UUIDv7 is the time.
  return row.epoch.slice(-8);
}

/** Differs between a database and its restored copy, as far as the service that runs it lets us see. */
async function databaseIdentity(): Promise<string> {
  for (const statement of IDENTITIES) {
    try {
      const [row] = await query<{ identity: string }>(statement, []);
      return row?.identity ?? "";
    } catch (error) {
      if ((error as { code?: string }).code !== "42501") throw error;
    }
  }
  return "";
}
