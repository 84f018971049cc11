import { readdirSync } from "node:fs";
import pg from "pg";
import { expect, test } from "vitest";
import { pendingChanges } from "@/lib/host/author-migration";
import { migrate } from "@/lib/host/migrate";
import { createDatabase, database, sql } from "../support/database";

const MIGRATIONS = readdirSync("prisma/migrations", { withFileTypes: true }).filter((entry) => entry.isDirectory()).length;

test("the migrations lead to the schema", async () => {
  expect(await pendingChanges(database())).toBe("");
});

test("a migrated database is left as it is", async () => {
  expect(await migrate(database())).toEqual([]);
});

test("a database that has had a migration unknown to this version is refused in one sentence", async () => {
  await sql(`INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
             VALUES ('x', 'x', now(), '29991231000000_from_the_future', 1)`);
  await expect(migrate(database())).rejects.toThrow(
    /^The database is newer than this version of Parley \(it has had 29991231000000_from_the_future\)/,
  );
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
  expect(await migrate(url)).toHaveLength(MIGRATIONS);
  expect(await pendingChanges(url)).toBe("");
});

test("several starters at once apply each migration once", async () => {
  const url = await emptyDatabase();
  const applied = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  expect(applied.flat()).toHaveLength(MIGRATIONS);
});

async function emptyDatabase(): Promise<string> {
  const url = await createDatabase();
  await query(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  return url;
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}
