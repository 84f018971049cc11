import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, inject } from "vitest";
import { run, TEMPLATE, withDatabase } from "./scratch-postgres";

const made: { url: string; drop: () => Promise<void> }[] = [];

/** A new, migrated, empty database on the server of this run. The file that asked for it leaves it behind for nobody. */
export async function createDatabase(): Promise<string> {
  const server = inject("postgres");
  const name = `t_${randomBytes(8).toString("hex")}`;
  await run(server, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const url = withDatabase(server, name);
  made.push({ url, drop: () => run(server, `DROP DATABASE ${name} WITH (FORCE)`) });
  return url;
}

/** The database of this test file, as its superuser: every file has its own. */
export function database(): string {
  const url = process.env.PARLEY_TEST_DATABASE;
  if (!url) throw new Error("This project of vitest.config.ts runs without a database.");
  return url;
}

let connections: pg.Pool | undefined;

/** Asks the database of this file directly: to arrange what no route can, and to look at what is stored. */
export async function sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
  if (!connections) {
    connections = new pg.Pool({ connectionString: database(), max: 3, allowExitOnIdle: true });
    connections.on("error", () => {});
  }
  return (await connections.query<Row>(text, values)).rows;
}

/** Resolves once so many statements in the database of this file wait for a lock. */
export async function waitForBlocked(count: number): Promise<void> {
  const blocked = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  while ((await sql(blocked)).length < count);
}

afterAll(async () => {
  await connections?.end();
  connections = undefined;
  for (const { drop } of made.splice(0)) await drop();
});
