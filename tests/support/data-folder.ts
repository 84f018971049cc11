import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, inject, onTestFinished } from "vitest";
import { findPostmaster } from "@/lib/host/postmaster";
import { freePort } from "./free-port";
import { type RunningServer, type Starting, serving, spawnNode, spawnProgram, unconfigured } from "./server";

/** A data folder for one test, and servers on it as somebody's own machine runs them: nothing configured. */
export interface DataFolder {
  path: string;
  start(env?: Record<string, string>, port?: number): Promise<RunningServer>;
  /** A process that starts, and may not get there: the tests are about that. */
  begin(env?: Record<string, string>): Starting;
  /** The command that the README tells people, in a process group of its own as from a terminal: `process.kill(-pid)` is Ctrl+C. */
  npmStart(): Starting;
  /** What a start that fails says, and its exit code. */
  startInVain(env?: Record<string, string>): Promise<{ code: number | NodeJS.Signals; said: string }>;
  /** The process that is the database now, or null. */
  postmaster(): number | null;
  /** As the power cord does. */
  killDatabase(): Promise<void>;
}

/**
 * One in which a server has run before, and left an empty database: to make that takes seconds of a processor, which only
 * tests of a first start have to spend.
 */
export function usedDataFolder(): DataFolder {
  const home = dataFolder();
  // Who each file belongs to stays: PostgreSQL looks.
  execFileSync("cp", ["-a", `${inject("usedDataFolder")}/.`, home.path]);
  return home;
}

/** @param within a folder in the one that goes away, which need not exist. */
export function dataFolder(within = ""): DataFolder {
  const home = mkdtempSync(join(tmpdir(), "parley-data-"));
  const path = join(home, within);
  const folder = join(path, "postgres");
  const begun: (() => Promise<unknown>)[] = [];
  const begin = (env = {}) => {
    const server = spawnNode(["dist/server.mjs"], { ...unconfigured(path), PORT: "0", ...env });
    begun.push(() => killed(server));
    return server;
  };
  const postmaster = () => findPostmaster(folder)?.pid ?? null;
  // Also what a test that failed has left in the middle of its start.
  onTestFinished(async () => {
    for (const kill of begun) await kill();
    const left = postmaster();
    // Not SIGKILL, after which its shared memory would stay for as long as the machine runs.
    if (left) process.kill(left, "SIGQUIT");
    while (postmaster()) await setImmediate();
    rmSync(home, { recursive: true, force: true, maxRetries: 20 });
  });
  return {
    path,
    postmaster,
    async killDatabase() {
      const pid = postmaster() as number;
      process.kill(pid, "SIGKILL");
      await expect.poll(postmaster).not.toBe(pid);
    },
    async start(env = {}, port) {
      const free = port ?? (await freePort());
      return serving(begin({ ...env, PORT: String(free) }), free);
    },
    begin,
    npmStart() {
      const npm = spawnProgram("npm", ["start"], { ...unconfigured(path), PORT: "0" }, { detached: true });
      begun.push(() => killed(npm, -1));
      return npm;
    },
    async startInVain(env) {
      const { ended, logs } = begin({ PORT: String(await freePort()), ...env });
      return { code: await ended, said: logs() };
    },
  };
}

/** Ends a process, or with -1 its whole group, unless it has ended. */
async function killed({ child, ended }: Starting, group: 1 | -1 = 1): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) process.kill(group * (child.pid as number), "SIGKILL");
  await ended;
}

/** Signs somebody up, the first time, and in; returns how to ask as them. */
export async function account(url: string, username = "keeper") {
  const json = (path: string, body: unknown, headers = {}) =>
    fetch(url + path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) });
  const credentials = { username, password: "correct horse battery" };
  await json("/api/users", credentials);
  const { token } = (await (await json("/api/login", credentials)).json()) as { token: string };
  const headers = { Authorization: `Bearer ${token}` };
  return {
    token,
    get: async (path: string) => (await fetch(url + path, { headers })).json(),
    post: async (path: string, body: unknown) => (await json(path, body, headers)).json(),
  };
}
