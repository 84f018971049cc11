import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseClient } from "@/lib/server/database-client";
import { ensureRunning, prepareCluster, shutDown, stopCluster } from "./postgres";
import { type Address, findPostmaster } from "./postmaster";
import { APP, databaseUrl, OWNER, prepareDatabase } from "./roles";
import { StartError } from "./start-error";

export interface EmbeddedDatabase {
  /** For the server, which reads and writes rows. */
  url: string;
  /** For whoever changes tables. */
  ownerUrl: string;
  stop(): Promise<void>;
}

/** Held by the one server that may run on a data folder, for as long as its connection lives. */
const LOCK = 0x7061_726c;
const LOCK_PATIENCE_MS = 3_000;

/** What PostgreSQL answers where there is no such role, with such a password, or no such database. */
const UNPREPARED = ["28P01", "28000", "3D000"];

const RESTART_DELAY_MS = { first: 100, most: 5_000 };
/** Then it is ended at once. A server has five seconds in all to stop. */
const STOP_PATIENCE_MS = 1_500;

/**
 * The database of a server: running, ours alone, and brought back with a growing delay whenever it dies. The lock's
 * connection is the watch: it breaks when PostgreSQL goes away, whether this process started it or adopted it.
 */
export async function openEmbeddedDatabase(
  dataDir: string,
  password: string,
  report: (event: string, error?: unknown) => void,
): Promise<EmbeddedDatabase> {
  const cluster = await prepareCluster(dataDir, password);
  const { address, started } = await ensureRunning(cluster);
  // Until there is a way to stop it, it ends with the process that has started it.
  const end = () => void shutDown(cluster);
  if (started) process.once("exit", end);
  let guard = await takeLock(address, password, dataDir);
  process.off("exit", end);
  let stopping = false;

  async function watch(): Promise<void> {
    let delay = RESTART_DELAY_MS.first;
    while (!stopping) {
      const since = Date.now();
      await disconnected(guard);
      if (Date.now() - since > RESTART_DELAY_MS.most) delay = RESTART_DELAY_MS.first;
      while (!stopping && !(await comeBack(delay))) delay = Math.min(delay * 2, RESTART_DELAY_MS.most);
      delay = Math.min(delay * 2, RESTART_DELAY_MS.most);
    }
  }

  async function comeBack(delay: number): Promise<boolean> {
    report("the database went away and is started again");
    await sleep(delay, undefined, { ref: false });
    if (stopping) return false;
    try {
      // At the same address: it is the one that the server's pool knows.
      await ensureRunning(cluster, address);
      guard = await takeLock(address, password, dataDir);
      report("the database is back");
      return true;
    } catch (error) {
      report("the database does not come back", error);
      return false;
    }
  }
  void watch();

  return {
    url: databaseUrl(address, password, APP),
    ownerUrl: databaseUrl(address, password, OWNER),
    async stop() {
      stopping = true;
      await stopCluster(cluster, STOP_PATIENCE_MS);
    },
  };
}

/**
 * The database for a command beside a server, or without one: it runs when `work` begins, and after it if it did before.
 * The address is that of the role that owns the tables.
 */
export async function withEmbeddedDatabase<T>(dataDir: string, password: string, work: (url: string) => Promise<T>): Promise<T> {
  const cluster = await prepareCluster(dataDir, password);
  const { address, started } = await ensureRunning(cluster);
  await connect(address, password).then((client) => client.end());
  try {
    return await work(databaseUrl(address, password, OWNER));
  } finally {
    // A server that was started meanwhile has adopted the database, and keeps it.
    if (started && !(await isServed(address, password))) await stopCluster(cluster, STOP_PATIENCE_MS);
  }
}

/** Whether a server runs on this data folder. */
export async function isInUse(dataDir: string, password: string): Promise<boolean> {
  const postmaster = findPostmaster(join(dataDir, "postgres"));
  return postmaster?.ready === true && isServed(postmaster.address, password);
}

async function isServed(address: Address, password: string): Promise<boolean> {
  const client = await connect(address, password);
  try {
    return !(await tryLock(client));
  } finally {
    await client.end();
  }
}

async function takeLock(address: Address, password: string, dataDir: string): Promise<DatabaseClient> {
  const client = await connect(address, password);
  // The connection of a server that was killed a moment ago may still be closing.
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  while (!(await tryLock(client))) {
    if (Date.now() > deadline) {
      await client.end();
      throw alreadyRunning(dataDir);
    }
    await sleep(100);
  }
  return client;
}

export function alreadyRunning(dataDir: string): StartError {
  return new StartError(`Parley is already running on this data folder (${dataDir}).`);
}

async function tryLock(client: DatabaseClient): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [LOCK]);
  return rows[0]?.locked === true;
}

/** Goes there as the server does; where that is not possible, in a new cluster or one of an earlier version, makes it so first. */
async function connect(address: Address, password: string): Promise<DatabaseClient> {
  try {
    return await connectTo(address, password).catch(async (error) => {
      if (!UNPREPARED.includes(error.code)) throw error;
      await prepareDatabase(address, password);
      return connectTo(address, password);
    });
  } catch (error) {
    throw new StartError(`Parley's own database cannot be opened: ${(error as Error).message}.`);
  }
}

async function connectTo(address: Address, password: string): Promise<DatabaseClient> {
  const client = new DatabaseClient({ connectionString: databaseUrl(address, password, APP), application_name: "parley guard" });
  await client.connect();
  return client;
}

function disconnected(client: DatabaseClient): Promise<void> {
  return new Promise((resolve) => client.once("end", resolve));
}
