import "server-only";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "@/prisma/generated/client";
import { config } from "./config";
import { DatabaseClient } from "./database-client";
import { log } from "./log";
import { single } from "./single";

/** The one pool of the process; Prisma and the hottest statements share it. */
export function pool(): pg.Pool {
  return single("pool", () => {
    const { DATABASE_URL, DATABASE_POOL } = config();
    const made = new pg.Pool({
      connectionString: DATABASE_URL,
      max: DATABASE_POOL,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
      application_name: "parley",
      Client: DatabaseClient as unknown as new () => pg.ClientBase,
      onConnect: (client) => lookForPooler(client as DatabaseClient),
    });
    // An idle connection that dies is replaced at the next query; without a listener it would end the process.
    made.on("error", (error) => {
      if (!made.ending) log.warn({ err: error }, "an idle database connection was lost");
    });
    return made;
  });
}

const pooler = single<{ found: Promise<boolean> | null }>("pooler", () => ({ found: null }));

/** The first connection finds out for all. */
async function lookForPooler(client: DatabaseClient): Promise<void> {
  pooler.found ??= client.isPooled().then((found) => {
    if (found) log.info("the database is reached by way of a pooler: statements are not prepared");
    return found;
  });
  try {
    client.prepares = !(await pooler.found);
  } catch (error) {
    pooler.found = null;
    throw error;
  }
}

/** Prisma, for plain reads and writes; send, page and replay go through {@link query}. */
export function prisma(): PrismaClient {
  return single("prisma", () => {
    const adapter = new PrismaPg(pool(), {
      statementNameGenerator: ({ sql }: { sql: string }) => statementName(sql),
    });
    return new PrismaClient({ adapter });
  });
}

const names = single("statement names", () => new Map<string, string>());

/** Prepared statements keep their plan on a connection; past this many, Prisma's rarer ones stay unnamed. */
const NAMED_STATEMENTS_MAX = 300;

function statementName(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = names.size < NAMED_STATEMENTS_MAX ? `p${names.size}` : "";
  if (name !== "") names.set(sql, name);
  return name;
}

/** A statement of the hot path: prepared once on each connection under its name. */
export type Statement = { readonly name: string; readonly text: string };

/** Runs a prepared statement on the pool. Prefer Prisma wherever it costs nothing that matters. */
export async function query<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
  const result = await pool().query<Row>({ ...statement, values: values as unknown[] });
  return result.rows;
}

/** As {@link query}, within a transaction. */
export type Run = <Row extends object>(statement: Statement, values: readonly unknown[]) => Promise<Row[]>;

/** Runs statements in one transaction, on a connection of its own: all that they change happens, or nothing. */
export async function transaction<T>(task: (run: Run) => Promise<T>): Promise<T> {
  const client = await pool().connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await task(async (statement, values) => (await client.query({ ...statement, values: values as unknown[] })).rows);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    // A connection that cannot even roll back is given up.
    await client.query("ROLLBACK").catch((failed) => (broken = failed));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** PostgreSQL's unique_violation. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === "23505";
}

/** Whether the database refused a statement for what it holds (data, a constraint, a deadlock), and so did none of it. */
export function isRefused(error: unknown): boolean {
  return /^(22|23|40)/.test((error as { code?: string } | null)?.code ?? "");
}

/** A connection that is lost, refused or not to be had, and a database that is starting, stopping or a standby. */
const UNAVAILABLE = /^(ECONN\w+|ENOTFOUND|EPIPE|ETIMEDOUT|08...|25006|53300|57P0[123])$/;

/** Whether the database could not be reached, as opposed to having refused a statement. */
export function isUnavailable(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return UNAVAILABLE.test(code ?? "") || /connection terminated|connection timeout|trying to connect/i.test(message ?? "");
}
