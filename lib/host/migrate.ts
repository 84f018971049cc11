import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type pg from "pg";
import { DatabaseClient } from "@/lib/server/database-client";
import { hostsOf } from "@/lib/server/database-hosts";
import { checksum, MIGRATIONS_FOLDER, type Migration, matches, migrations } from "./migrations";
import { StartError } from "./start-error";

/** The number that Prisma's own commands lock by: theirs and ours come one after the other. */
const LOCK = 72_707_369;

/**
 * Milliseconds that a migration waits for a table at a time: whoever writes to that table waits behind it. A transaction of
 * somebody else that stays open, such as that of a backup, would make all of them wait until it ends.
 */
const LOCK_WAIT_MS = 500;

/** Milliseconds between two tries, in which others go on, and tries until the start gives up. */
const RETRY_MS = 1_000;
const TRIES_MAX = 300;

/** As Prisma makes it, so that its commands agree with what is done here. */
export const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  varchar(36) PRIMARY KEY NOT NULL,
  checksum            varchar(64) NOT NULL,
  finished_at         timestamptz,
  migration_name      varchar(255) NOT NULL,
  logs                text,
  rolled_back_at      timestamptz,
  started_at          timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0
)`;

const LOCK_NOT_AVAILABLE = "55P03";

/** A migration that the database has had, or has begun. */
interface Applied {
  name: string;
  checksum: string;
  finished: boolean;
}

/**
 * Brings the database at `url` to what this version of Parley needs, and returns the names of the migrations applied.
 * Where none is due nothing is written, so that a role that may only read the list is enough. Throws a StartError for a
 * database that cannot be reached, is newer than the code, or holds something else.
 */
export async function migrate(url: string, ours: readonly Migration[] = migrations()): Promise<string[]> {
  const client = await connect(url);
  const applied: string[] = [];
  try {
    for (let tries = 1; due(ours, await listApplied(client)).length > 0; ) {
      const next = await applyNext(client, ours);
      if (next) applied.push(...next);
      else if (tries++ < TRIES_MAX) await setTimeout(RETRY_MS);
      else throw new StartError("The database could not be migrated: a transaction that stays open holds its tables.");
    }
    return applied;
  } finally {
    await client.end();
  }
}

/**
 * One transaction for the migration and its record: it happens or it does not. The lock goes with the transaction, also
 * behind a pooler, which would give a session's lock to whoever comes next. A start that had to wait for it finds nothing left to do.
 * Null where somebody else holds a table.
 */
async function applyNext(client: pg.Client, ours: readonly Migration[]): Promise<string[] | null> {
  await client.query("BEGIN");
  await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
  const past = await listApplied(client);
  if (!past) await makeTable(client);
  const [next] = due(ours, past);
  if (next && !(await apply(client, next))) {
    await client.query("ROLLBACK");
    return null;
  }
  await client.query("COMMIT");
  return next ? [next.name] : [];
}

/** What this version has and the database does not. Throws where the two cannot be brought together. */
function due(ours: readonly Migration[], past: readonly Applied[] | null): Migration[] {
  const unknown = past?.filter(({ name }) => !ours.some((migration) => migration.name === name)) ?? [];
  if (unknown.length > 0) {
    throw new StartError(
      `The database is newer than this version of Parley (it has had ${unknown.map(({ name }) => name).join(", ")}): update Parley, or restore an older backup.`,
    );
  }
  const had = (migration: Migration) => past?.find(({ name, finished }) => finished && name === migration.name);
  const edited = ours.filter((migration) => {
    const record = had(migration);
    return record && !matches(migration, record.checksum);
  });
  if (edited.length > 0) {
    throw new StartError(
      `${edited.map(({ name }) => name).join(", ")} in ${MIGRATIONS_FOLDER} was changed after the database had it: check the code out afresh.`,
    );
  }
  return ours.filter((migration) => !had(migration));
}

/** Null in a database that has never been migrated. */
async function listApplied(client: pg.Client): Promise<Applied[] | null> {
  // Not to_regclass(), which remembers from before the lock that there was none.
  const { rowCount } = await client.query("SELECT FROM pg_class WHERE relname = '_prisma_migrations' AND pg_table_is_visible(oid)");
  if (!rowCount) return null;
  const applied = await client.query<Applied>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return applied.rows;
}

async function makeTable(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query(
    "SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') LIMIT 1",
  );
  if (rowCount) throw new StartError("The database holds tables, and none of them are Parley's: give Parley a database of its own.");
  await client.query(MIGRATIONS_TABLE);
}

/** False where a table was not to be had. */
async function apply(client: pg.Client, { name, sql }: Migration): Promise<boolean> {
  // Prisma's commands write their record first: one that never ended tells of a transaction that left nothing behind.
  await client.query("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = $1 AND rolled_back_at IS NULL", [name]);
  try {
    await client.query(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`);
    await client.query(sql);
  } catch (error) {
    if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) return false;
    throw new StartError(`The database could not be migrated: ${(error as Error).message} (${name}).`);
  }
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, clock_timestamp(), 1)`,
    [randomUUID(), checksum(sql), name],
  );
  return true;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new DatabaseClient({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: "parley migrate" });
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    throw new StartError(`The database at ${hostsOf(url)} cannot be reached: ${message || code}.`);
  }
}
