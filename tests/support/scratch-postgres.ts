import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import pg from "pg";
import { migrate } from "@/lib/host/migrate";
import { ensureRunning, prepareCluster, SUPERUSER, stopCluster } from "@/lib/host/postgres";
import { findPostmaster, isAlive, LOOPBACK } from "@/lib/host/postmaster";
import { APP, databaseUrl, OWNER, prepareDatabase } from "@/lib/host/roles";
import { freePort } from "./free-port";

export const TEMPLATE = "parley_template";

const PASSWORD = "for the length of a test run";
const PREFIX = "parley-test-";

export interface ScratchPostgres {
  /** Of the superuser, for the tests. */
  url: string;
  /** Of the role that a server has. */
  appUrl: string;
  /** As when the machine's power fails, and comes back: nothing is written any more, and it starts again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL for one run of the tests, with a migrated template; returns its address and how to end it. */
export async function startScratchPostgres(settings: Record<string, string> = {}): Promise<ScratchPostgres> {
  removeAbandoned();
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const folder = join(dataDir, "postgres");
  // Nothing here needs to survive the machine; without fsync a database is made in 30 ms.
  const cluster = await prepareCluster(dataDir, PASSWORD, { fsync: "off", max_connections: "300", ...settings });
  const { address } = await ensureRunning(cluster, { host: LOOPBACK, port: await freePort() });
  const killAtExit = () => kill(folder, dataDir);
  process.once("exit", killAtExit);
  await prepareDatabase(address, PASSWORD, TEMPLATE);
  await migrate(databaseUrl(address, PASSWORD, OWNER, TEMPLATE));
  return {
    url: databaseUrl(address, PASSWORD, SUPERUSER, "postgres"),
    appUrl: databaseUrl(address, PASSWORD, APP, "postgres"),
    async crash() {
      const { pid } = findPostmaster(folder) as { pid: number };
      process.kill(pid, "SIGKILL");
      while (findPostmaster(folder)?.pid === pid) await setImmediate();
      await ensureRunning(cluster, address);
    },
    async stop() {
      process.off("exit", killAtExit);
      await stopCluster(cluster, 2_000);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The same server, another database of it. */
export function withDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

/** The database of one address, by the role and the way of another. */
export function sameDatabase(url: string, as: string): string {
  return withDatabase(as, new URL(url).pathname.slice(1));
}

export async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

function kill(folder: string, dataDir: string): void {
  const postmaster = findPostmaster(folder);
  if (postmaster) process.kill(postmaster.pid, "SIGQUIT");
  rmSync(dataDir, { recursive: true, force: true });
}

/** What runs that were killed have left behind. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) kill(join(tmpdir(), name, "postgres"), join(tmpdir(), name));
  }
}
