import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { ensureRunning, prepareCluster, SUPERUSER, stopCluster } from "./postgres";
import { findPostmaster } from "./postmaster";
import { StartError } from "./start-error";

export interface EmbeddedDatabase {
  url: string;
  stop(): Promise<void>;
}

const DATABASE = "parley";

/** Held by the one server that may run on a data folder, for as long as its connection lives. */
const LOCK = 0x7061_726c;
const LOCK_PATIENCE_MS = 3_000;

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
  const { port } = await ensureRunning(cluster);
  const url = databaseUrl(port, password);
  let guard = await takeLock(url, dataDir);
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
      // On the same port: it is the one that the server's pool knows.
      await ensureRunning(cluster, port);
      guard = await takeLock(url, dataDir);
      report("the database is back");
      return true;
    } catch (error) {
      report("the database does not come back", error);
      return false;
    }
  }
  void watch();

  return {
    url,
    async stop() {
      stopping = true;
      await stopCluster(cluster, STOP_PATIENCE_MS);
    },
  };
}

/** The database for a command beside a server, or without one: it runs when `work` begins, and after it if it did before. */
export async function withEmbeddedDatabase<T>(dataDir: string, password: string, work: (url: string) => Promise<T>): Promise<T> {
  const cluster = await prepareCluster(dataDir, password);
  const { port, started } = await ensureRunning(cluster);
  const url = databaseUrl(port, password);
  await connect(url).then((client) => client.end());
  try {
    return await work(url);
  } finally {
    // A server that was started meanwhile has adopted the database, and keeps it.
    if (started && !(await isServed(url))) await stopCluster(cluster, STOP_PATIENCE_MS);
  }
}

/** Whether a server runs on this data folder. */
export async function isInUse(dataDir: string, password: string): Promise<boolean> {
  const postmaster = findPostmaster(join(dataDir, "postgres"));
  return postmaster?.ready === true && isServed(databaseUrl(postmaster.port, password));
}

async function isServed(url: string): Promise<boolean> {
  const client = await connect(url);
  try {
    return !(await tryLock(client));
  } finally {
    await client.end();
  }
}

async function takeLock(url: string, dataDir: string): Promise<pg.Client> {
  const client = await connect(url);
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

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [LOCK]);
  return rows[0]?.locked === true;
}

async function connect(url: string): Promise<pg.Client> {
  try {
    return await connectTo(url);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "3D000") throw new StartError(`Parley's own database cannot be opened: ${(error as Error).message}.`);
  }
  const admin = await connectTo(Object.assign(new URL(url), { pathname: "/postgres" }).href);
  try {
    await admin.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    // Another start on the same folder was quicker.
    if (!["42P04", "23505"].includes((error as { code: string }).code)) throw error;
  } finally {
    await admin.end();
  }
  return connectTo(url);
}

async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: "parley guard" });
  // Its end is awaited where it matters; without a listener it would end the process.
  client.on("error", () => {});
  await client.connect();
  return client;
}

function disconnected(client: pg.Client): Promise<void> {
  return new Promise((resolve) => client.once("end", resolve));
}

function databaseUrl(port: number, password: string): string {
  return `postgresql://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE}`;
}
