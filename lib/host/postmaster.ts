import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync, realpathSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Where a PostgreSQL of our own is reached: on this machine's TCP port, or at a socket, of which `host` is the folder. */
export interface Address {
  host: string;
  port: number;
}

/** What `postmaster.pid` of a data folder says, where it tells of a process that lives. */
export interface Postmaster {
  pid: number;
  address: Address;
  ready: boolean;
}

export const LOOPBACK = "127.0.0.1";

/** Milliseconds after which a pid file that is still empty is not being written any more: the machine went down just then. */
const WRITTEN_MS = 5_000;

/**
 * The PostgreSQL that runs on this folder, whoever started it. A file left behind by a crash is harmless until another
 * process has got its pid: PostgreSQL would believe it then and refuse to start, so that one is removed.
 */
export function findPostmaster(folder: string): Postmaster | null {
  const lock = holder(join(folder, "postmaster.pid"), folder);
  if (!lock) return null;
  const { pid, lines } = lock;
  return { pid, address: { host: lines[4] || LOOPBACK, port: Number(lines[3]) }, ready: lines[7]?.trim() === "ready" };
}

/** The same for the lock beside a socket: one that another process than this folder's PostgreSQL seems to hold is removed. */
export function releaseSocket({ host, port }: Address, folder: string): void {
  holder(join(host, `.s.PGSQL.${port}.lock`), folder);
}

/** What a lock file of PostgreSQL says, where the process that it names is the one of this folder. */
function holder(path: string, folder: string): { pid: number; lines: string[] } | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
    if (text === "" && Date.now() - statSync(path).mtimeMs > WRITTEN_MS) rmSync(path);
  } catch {
    return null;
  }
  const lines = text.split("\n");
  const pid = Math.abs(Number(lines[0]));
  // A postmaster makes its file, and then writes it: one without a whole first line is let be.
  if (lines.length === 1 || !Number.isInteger(pid) || pid === 0) return null;
  if (isPostmasterOf(folder, pid)) return { pid, lines };
  if (isAlive(pid)) rmSync(path, { force: true });
  return null;
}

/** A postmaster works in its data folder, which tells it from a process that has inherited its pid. */
function isPostmasterOf(folder: string, pid: number): boolean {
  try {
    if (process.platform !== "linux") {
      return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).includes(folder);
    }
    const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    return name === "postgres" && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
  } catch {
    return false;
  }
}

/** False also for a process that is not ours to signal: PostgreSQL then knows by itself that the file is stale. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
