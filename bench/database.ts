import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "@/lib/host/migrate";
import { ensureRunning, prepareCluster, SUPERUSER, stopCluster } from "@/lib/host/postgres";
import { findPostmaster } from "@/lib/host/postmaster";
import { databaseUrl } from "@/lib/host/roles";

/** Who is measured. Each has a database of its own in one PostgreSQL: Parley would read the floor's events otherwise. */
export const SUBJECTS = ["floor", "parley"] as const;
export type Subject = (typeof SUBJECTS)[number];

export type Database = {
  pid: number;
  /** Goes away with the database. */
  folder: string;
  url(name: string): string;
  /** The database that is filled, before the floor gets its copy. */
  client: pg.Client;
  /** Makes the floor's database a copy of Parley's, file by file; nobody may be connected to either. */
  copy(): Promise<void>;
  stop(): Promise<void>;
};

const PASSWORD = "for the length of a benchmark";

/** The PostgreSQL that `npm start` runs, with its settings, its durability included, in a folder that goes away. */
export async function startDatabase(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
  const cluster = await prepareCluster(folder, PASSWORD);
  const { address } = await ensureRunning(cluster);
  const pid = findPostmaster(cluster.folder)?.pid ?? 0;
  const url = (name: string) => databaseUrl(address, PASSWORD, SUPERUSER, name);
  const killAtExit = () => {
    process.kill(pid, "SIGQUIT");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", killAtExit);

  await run(url("postgres"), "CREATE DATABASE parley");
  await migrate(url("parley"));
  const database: Database = {
    pid,
    folder,
    url,
    client: await connect(url("parley")),
    async copy() {
      await database.client.end();
      await run(url("postgres"), "DROP DATABASE IF EXISTS floor", "CREATE DATABASE floor TEMPLATE parley STRATEGY FILE_COPY", "CHECKPOINT");
      database.client = await connect(url("parley"));
    },
    async stop() {
      process.off("exit", killAtExit);
      await database.client.end();
      await stopCluster(cluster, 5_000);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return database;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function run(url: string, ...statements: string[]): Promise<void> {
  const client = await connect(url);
  for (const statement of statements) await client.query(statement);
  await client.end();
}
