import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import pg from "pg";
import { MIGRATIONS_FOLDER, migrations, NO_FILTERS, withSchemaEngine } from "./schema-engine";
import { StartError } from "./start-error";

/** One at a time in the whole database; the others wait and then find nothing left to do. */
const LOCK = 0x7061_7273;

/**
 * Brings the database at `url` to what this version of Parley needs, and returns the names of the migrations applied.
 * Throws a StartError for a database that cannot be reached, is newer than the code, or stopped halfway before.
 */
export async function migrate(url: string): Promise<string[]> {
  const client = await connect(url);
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    return await withSchemaEngine(url, apply);
  } finally {
    await client.end();
  }
}

async function apply(engine: SchemaEngine): Promise<string[]> {
  const input = { migrationsList: migrations(), filters: NO_FILTERS };
  const { history, failedMigrationNames, editedMigrationNames } = await engine.diagnoseMigrationHistory({
    ...input,
    optInToShadowDatabase: false,
  });
  if (history && history.diagnostic !== "databaseIsBehind") {
    throw new StartError(
      `The database is newer than this version of Parley (it has had ${history.unpersistedMigrationNames.join(", ")}): update Parley, or restore an older backup.`,
    );
  }
  // A migration is one transaction: where its record says that it never ended, it has left nothing behind.
  for (const migrationName of failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
  if (editedMigrationNames.length > 0) {
    throw new StartError(
      `${editedMigrationNames.join(", ")} in ${MIGRATIONS_FOLDER} was changed after the database had it: check the code out afresh.`,
    );
  }
  try {
    return (await engine.applyMigrations(input)).appliedMigrationNames;
  } catch (error) {
    throw new StartError(`The database could not be migrated: ${sqlError(error)}`);
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: "parley migrate" });
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { hostname, port } = new URL(url);
    const { code, message } = error as Error & { code?: string };
    throw new StartError(`The database at ${hostname}:${port || 5432} cannot be reached: ${message || code}.`);
  }
}

/** The engine's message goes on with a trace of its own. */
function sqlError(error: unknown): string {
  const lines = (error as Error).message.split("\n").map((line) => line.trim());
  return lines.find((line) => /error:/i.test(line)) ?? lines[0] ?? "no reason was given.";
}
