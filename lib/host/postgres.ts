import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { chooseAddress, listening } from "./postgres-address";
import { type PostgresBinaries, postgresBinaries } from "./postgres-binaries";
import { type Address, findPostmaster, isAlive, type Postmaster, releaseSocket } from "./postmaster";
import { StartError } from "./start-error";
import { give, type Identity, unprivileged } from "./unprivileged";

/** A PostgreSQL of our own: its data folder, and what it takes to run it. */
export interface Cluster {
  folder: string;
  log: string;
  password: string;
  settings: Record<string, string>;
  binaries: PostgresBinaries;
  identity: Identity;
}

/** Makes the cluster, its database and the roles that use it; nobody else goes by this name. */
export const SUPERUSER = "parley";

/** For a small machine that also runs the server. What makes a commit durable stays as PostgreSQL has it: on. */
const SETTINGS = {
  max_connections: "200",
  shared_buffers: "128MB",
  effective_cache_size: "512MB",
  wal_compression: "on",
  checkpoint_timeout: "15min",
  // An SSD is what people have; the default tells the planner of spinning disks.
  random_page_cost: "1.1",
  // Compiling a query costs more than any of ours takes.
  jit: "off",
  idle_in_transaction_session_timeout: "60s",
  log_min_messages: "warning",
  log_checkpoints: "off",
  log_timezone: "UTC",
  timezone: "UTC",
};

/** Nothing of ours: a database has no use for our secrets. */
const BASE_ENV = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" } as unknown as NodeJS.ProcessEnv;
const STEP_MS = 20;
const LOG_MAX_BYTES = 5_000_000;

/** The cluster under `dataDir`, made there if it is missing. Throws a StartError where that cannot be. */
export async function prepareCluster(dataDir: string, password: string, settings: Record<string, string> = {}): Promise<Cluster> {
  const folder = resolve(dataDir, "postgres");
  const binaries = postgresBinaries();
  const identity = unprivileged(binaries.postgres, folder);
  const cluster = { folder, log: resolve(dataDir, "postgres.log"), password, settings: { ...SETTINGS, ...settings }, binaries, identity };
  removeAbandoned(dirname(folder));
  if (!existsSync(folder)) await initialise(cluster);
  else if (!findPostmaster(folder)) give(folder, identity);
  await requireSameMajor(cluster);
  return cluster;
}

/** initdb into a folder of another name, then a rename: a folder called `postgres` is always complete. */
async function initialise({ folder, password, binaries, identity }: Cluster): Promise<void> {
  const draft = `${folder}.new.${process.pid}`;
  const data = join(draft, "data");
  const passwordFile = join(draft, "password");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    give(draft, identity);
    await run(identity, binaries.initdb, [
      `--pgdata=${data}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // PostgreSQL's own rules for text: the same order and letter case on every machine that a copy moves to.
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
    ]);
    renameSync(data, folder);
    syncFolder(dirname(folder));
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    // Another start on the same folder was quicker.
    if (code === "ENOTEMPTY" || code === "EEXIST") return;
    throw new StartError(`PostgreSQL could not make its data folder ${folder}: ${(stderr || message).trim().split("\n").at(-1)}`);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** What an initdb that was killed has left behind. */
function removeAbandoned(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    const pid = /^postgres\.new\.(\d+)$/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}

async function requireSameMajor({ folder, binaries, identity }: Cluster): Promise<void> {
  const data = readFileSync(join(folder, "PG_VERSION"), "utf8").trim();
  const { stdout } = await run(identity, binaries.postgres, ["--version"]);
  const ours = /(\d+)/.exec(stdout)?.[1];
  if (data !== ours) {
    throw new StartError(
      `The database in ${folder} is of PostgreSQL ${data} and Parley brings ${ours}: docs/operations.md tells how to move it.`,
    );
  }
}

/**
 * Has the cluster run, and tells where: adopts the one that a killed server left behind, waits for one that is stopping,
 * else starts it, at `wanted` if that is given. `started` says whether this call did.
 */
export async function ensureRunning(cluster: Cluster, wanted?: Address): Promise<{ address: Address; started: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const running = await findRunning(cluster.folder);
    if (running !== null) return { address: running, started: false };
    const child = await spawnPostgres(cluster, wanted ?? (await chooseAddress(dirname(cluster.folder), cluster.identity)));
    const address = await becomesReady(cluster.folder, child);
    if (address !== null) return { address, started: true };
    // Somebody else took the port between our asking for a free one and PostgreSQL's binding it; or our own
    // predecessor's last processes have yet to leave the folder; or another start was quicker, and is adopted.
    if (attempt === 5) throw new StartError(`PostgreSQL did not start: ${lastComplaint(cluster.log)} (${cluster.log})`);
    await sleep(attempt * 200);
  }
}

/** Where a postmaster accepts connections, once it does; null where there is none, or none any more. */
async function findRunning(folder: string): Promise<Address | null> {
  for (;;) {
    const postmaster = findPostmaster(folder);
    if (!postmaster) return null;
    if (postmaster.ready) return postmaster.address;
    await sleep(STEP_MS);
  }
}

/**
 * In a session and process group of its own, and logging to a file: Ctrl+C in the terminal must not reach it before
 * the server has finished, and the server's death must not break its pipes.
 */
async function spawnPostgres({ folder, log, settings, binaries, identity }: Cluster, address: Address): Promise<ChildProcess> {
  const flags = Object.entries({ ...settings, ...(await listening(address)) }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const [program = "", ...args] = [...identity.prefix, binaries.postgres, "-D", folder, ...flags];
  releaseSocket(address, folder);
  const output = openLog(log);
  try {
    const child = spawn(program, args, {
      uid: identity.uid,
      gid: identity.gid,
      cwd: "/",
      env: BASE_ENV,
      detached: true,
      stdio: ["ignore", output, output],
    });
    await new Promise((done, failed) => child.once("spawn", done).once("error", failed));
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
}

/** Where connections are accepted, once they are; null if the process ended before. Recovery after a crash takes its time. */
async function becomesReady(folder: string, child: ChildProcess): Promise<Address | null> {
  // Who is made to exit while it starts, as by a second Ctrl+C, leaves nothing running.
  const end = () => void child.kill("SIGINT");
  process.once("exit", end);
  try {
    while (child.exitCode === null && child.signalCode === null) {
      const postmaster = findPostmaster(folder);
      if (postmaster?.ready && postmaster.pid === child.pid) return postmaster.address;
      await sleep(STEP_MS);
    }
    return null;
  } finally {
    process.off("exit", end);
  }
}

/** Fast shutdown: sessions are ended, everything is written. Returns what was told so, or null where nothing runs. */
export function shutDown({ folder }: Cluster): Postmaster | null {
  const postmaster = findPostmaster(folder);
  if (postmaster) process.kill(postmaster.pid, "SIGINT");
  return postmaster;
}

/**
 * Shuts it down. Where that takes longer than `patienceMs` (a slow disk, much to write) it is ended at once instead, and
 * the next start replays its log: nothing that was committed is lost.
 */
export async function stopCluster(cluster: Cluster, patienceMs: number): Promise<void> {
  const postmaster = shutDown(cluster);
  if (!postmaster) return;
  const deadline = Date.now() + patienceMs;
  while (findPostmaster(cluster.folder)?.pid === postmaster.pid) {
    if (Date.now() > deadline) process.kill(postmaster.pid, "SIGQUIT");
    await sleep(STEP_MS);
  }
}

function run({ prefix, uid, gid }: Identity, program: string, args: string[]): Promise<{ stdout: string }> {
  const [first = "", ...rest] = [...prefix, program, ...args];
  return promisify(execFile)(first, rest, { uid, gid, cwd: "/", env: BASE_ENV, encoding: "utf8" });
}

/** One predecessor is kept, so that a server that is never looked at does not fill the disk. */
function openLog(path: string): number {
  const log = openSync(path, "a", 0o600);
  if (readFileSync(path).length < LOG_MAX_BYTES) return log;
  closeSync(log);
  renameSync(path, `${path}.1`);
  return openSync(path, "a", 0o600);
}

function lastComplaint(log: string): string {
  const lines = readFileSync(log, "utf8").trim().split("\n");
  const line = lines.findLast((text) => /FATAL|PANIC|ERROR/.test(text)) ?? lines.at(-1) ?? "";
  return line.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, "");
}

/** A rename is durable once its folder is. */
function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  fsyncSync(folder);
  closeSync(folder);
}
