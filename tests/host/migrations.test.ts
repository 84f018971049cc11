import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { pendingChanges } from "@/lib/host/author-migration";
import { migrate } from "@/lib/host/migrate";
import { MIGRATIONS_FOLDER, type Migration, migrations } from "@/lib/host/migrations";
import { NO_FILTERS, withSchemaEngine } from "@/lib/host/schema-engine";
import { createDatabase, database } from "../support/database";

test("the migrations lead to the schema", async () => {
  expect(await pendingChanges(database())).toBe("");
});

test("a migrated database is left as it is", async () => {
  expect(await migrate(database())).toEqual([]);
});

test("Prisma's own commands find nothing to do, and nothing to complain about, where Parley has migrated", async () => {
  const migrationDirectories = migrations().map(({ name, sql }) => ({
    path: name,
    migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: sql } },
  }));
  const lockfile = { path: "migration_lock.toml", content: 'provider = "postgresql"\n' };
  const diagnosis = await withSchemaEngine(database(), (engine) =>
    engine.diagnoseMigrationHistory({
      migrationsList: { baseDir: MIGRATIONS_FOLDER, lockfile, shadowDbInitScript: "", migrationDirectories },
      filters: NO_FILTERS,
      optInToShadowDatabase: false,
    }),
  );
  expect(diagnosis).toMatchObject({ hasMigrationsTable: true, history: null, failedMigrationNames: [], editedMigrationNames: [] });
});

test("a database that has had a migration unknown to this version is refused in one sentence", async () => {
  const url = await createDatabase();
  await query(
    url,
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
     VALUES ('x', 'x', now(), '29991231000000_from_the_future', 1)`,
  );
  await expect(migrate(url)).rejects.toThrow(
    /^The database is newer than this version of Parley \(it has had 29991231000000_from_the_future\)/,
  );
});

test("a migration that was changed after the database had it is refused in one sentence", async () => {
  const { name } = migrations()[0] as Migration;
  const url = await createDatabase();
  await query(url, `UPDATE _prisma_migrations SET checksum = '${"0".repeat(64)}' WHERE migration_name = '${name}'`);
  await expect(migrate(url)).rejects.toThrow(new RegExp(`^${name} in .+ was changed after the database had it`));
});

test("a database that holds somebody else's tables is left alone, in one sentence", async () => {
  const url = await emptyDatabase();
  await query(url, "CREATE TABLE users (theirs text)");
  await expect(migrate(url)).rejects.toThrow(/^The database holds tables, and none of them are Parley's/);
  await expect(query(url, "SELECT FROM _prisma_migrations")).rejects.toThrow("does not exist");
});

test("a migration that was cut off halfway is applied by the next start", async () => {
  const url = await emptyDatabase();
  await migrate(url);
  await query(
    url,
    `CREATE SCHEMA kept; ALTER TABLE _prisma_migrations SET SCHEMA kept;
    DROP SCHEMA public CASCADE; CREATE SCHEMA public; ALTER TABLE kept._prisma_migrations SET SCHEMA public;
    UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0`,
  );
  expect(await migrate(url)).toEqual(migrations().map(({ name }) => name));
  expect(await pendingChanges(url)).toBe("");
  expect(await migrate(url)).toEqual([]);
});

test("of a migration that fails nothing is left, and the next start applies it once it is mended", async () => {
  const url = await createDatabase();
  const withNext = (sql: string) => [...migrations(), { name: "29991231000000_halves", sql }];
  await expect(migrate(url, withNext("CREATE TABLE one_half (); SELECT 1 / 0"))).rejects.toThrow(
    /^The database could not be migrated: division by zero \(29991231000000_halves\)\.$/,
  );
  await expect(query(url, "SELECT FROM one_half")).rejects.toThrow("does not exist");
  expect(await migrate(url, withNext("CREATE TABLE one_half ()"))).toEqual(["29991231000000_halves"]);
  await query(url, "SELECT FROM one_half");
});

test("a migration that has to wait for a table lets others go on meanwhile, and is tried again", async () => {
  const url = await createDatabase();
  const clients = await Promise.all([1, 2].map(() => connected(url)));
  const [open, other] = clients as [pg.Client, pg.Client];
  await open.query("BEGIN; SELECT FROM messages");
  let isOver = false;
  const sql = "ALTER TABLE messages ADD COLUMN more int";
  const migrating = migrate(url, [...migrations(), { name: "29991231000000_waits", sql }]).finally(() => (isOver = true));
  const waits: number[] = [];
  // Twice at least it stood behind the migration, which stood behind the transaction.
  while (waits.filter((ms) => ms > 100).length < 2) {
    const began = performance.now();
    await other.query("UPDATE messages SET content = content");
    waits.push(performance.now() - began);
  }
  expect(isOver).toBe(false);
  expect(Math.max(...waits)).toBeLessThan(1_000);
  await open.query("COMMIT");
  expect(await migrating).toEqual(["29991231000000_waits"]);
  await Promise.all(clients.map((client) => client.end()));
});

test("a role that may only read is enough where nothing is due", async () => {
  const url = await createDatabase();
  const reader = `reader_${Date.now()}`;
  await query(url, `CREATE ROLE ${reader} LOGIN PASSWORD 'reads'; GRANT SELECT ON _prisma_migrations TO ${reader}`);
  onTestFinished(() => query(url, `DROP OWNED BY ${reader}; DROP ROLE ${reader}`));
  expect(await migrate(Object.assign(new URL(url), { username: reader, password: "reads" }).href)).toEqual([]);
});

test("several starters at once apply each migration once", async () => {
  const url = await emptyDatabase();
  const applied = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  expect(applied.flat().sort()).toEqual(migrations().map(({ name }) => name));
});

async function emptyDatabase(): Promise<string> {
  const url = await createDatabase();
  await query(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  return url;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function query(url: string, text: string): Promise<void> {
  const client = await connected(url);
  await client.query(text).finally(() => client.end());
}
