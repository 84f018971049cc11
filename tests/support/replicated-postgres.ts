import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import { ensureRunning, prepareCluster, SUPERUSER, stopCluster } from "@/lib/host/postgres";
import { type Address, findPostmaster, LOOPBACK } from "@/lib/host/postmaster";
import { APP, DATABASE, databaseUrl } from "@/lib/host/roles";
import { loadSecrets } from "@/lib/host/secrets";
import { freePort } from "./free-port";
import { run } from "./scratch-postgres";
import { startTcpProxy } from "./tcp-proxy";

/** A primary and its standby, with an empty Parley in them. */
export interface ReplicatedPostgres {
  /** Of the superuser. */
  standbyUrl: string;
  /** Both hosts, by a role such as a server has in a database of somebody's own. */
  url: string;
  /** Resolves once the standby has all that was committed. */
  received(): Promise<void>;
  /** From now on the standby receives nothing. */
  cutOff(): void;
  /** As when the machine of the primary burns down, with all that had yet to leave it. */
  killPrimary(): Promise<void>;
  promote(): Promise<void>;
  /** Harmless when repeated. */
  stop(): Promise<void>;
}

/** Milliseconds each way between the two, so that there always is something that the standby has yet to receive. */
const AWAY_MS = 10;

/** The name that the standby is asked for by: see synchronous_standby_names. */
const STANDBY = "standby";

/**
 * They go with the test. A standby begins as a copy of its primary's folder, here of one that was shut down; then it goes by
 * what it receives, by way of a network that can be cut.
 * @param synchronous whether a commit waits until the standby has it on its disk.
 */
export async function startReplicatedPostgres({ synchronous }: { synchronous: boolean }): Promise<ReplicatedPostgres> {
  const home = mkdtempSync(join(tmpdir(), "parley-replicated-"));
  const { postgresPassword: password } = loadSecrets(inject("usedDataFolder"));
  const [at, standbyAt] = await Promise.all([address(), address()]);
  const network = await startTcpProxy(at.port);
  network.delay(AWAY_MS);
  const [primary, standby] = await Promise.all([
    copy(home, "primary", password, synchronous ? { synchronous_standby_names: STANDBY } : {}),
    copy(home, STANDBY, password, {
      primary_conninfo: `host=${LOOPBACK} port=${network.port} user=${SUPERUSER} password=${password} application_name=${STANDBY}`,
      wal_retrieve_retry_interval: "100ms",
    }),
  ]);
  async function stop(): Promise<void> {
    for (const cluster of [primary, standby]) await stopCluster(cluster, 1_000);
    await network.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 20 });
  }
  onTestFinished(stop);
  await Promise.all([ensureRunning(primary, at), ensureRunning(standby, standbyAt)]);
  const [primaryUrl, standbyUrl] = [databaseUrl(at, password, SUPERUSER), databaseUrl(standbyAt, password, SUPERUSER)];
  // Nor may it see the files, by which a folder is told from its copy.
  await run(primaryUrl, `REVOKE EXECUTE ON FUNCTION pg_stat_file(text) FROM ${APP}`);
  const app = databaseUrl(at, password, APP);
  return {
    standbyUrl,
    url: app.replace(`/${DATABASE}?`, `,${LOOPBACK}:${standbyAt.port}/${DATABASE}?`),
    received: async () => {
      const client = new pg.Client({ connectionString: primaryUrl });
      await client.connect();
      while (!(await client.query("SELECT FROM pg_stat_replication WHERE flush_lsn >= pg_current_wal_lsn()")).rowCount);
      await client.end();
    },
    cutOff: () => network.refuse(),
    async killPrimary() {
      network.refuse();
      process.kill(findPostmaster(primary.folder)?.pid as number, "SIGKILL");
      while (findPostmaster(primary.folder)) await setImmediate();
    },
    promote: () => run(standbyUrl, "SELECT pg_promote()"),
    stop,
  };
}

async function address(): Promise<Address> {
  return { host: LOOPBACK, port: await freePort() };
}

/** A folder that another server has shut down. What is written in it need not survive the machine. */
async function copy(home: string, name: string, password: string, settings: Record<string, string>) {
  const folder = join(home, name);
  mkdirSync(folder);
  // Who each file belongs to stays: PostgreSQL looks.
  execFileSync("cp", ["-a", join(inject("usedDataFolder"), "postgres"), folder]);
  if (name === STANDBY) writeFileSync(join(folder, "postgres", "standby.signal"), "");
  return prepareCluster(folder, password, { fsync: "off", ...settings });
}
