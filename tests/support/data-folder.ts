import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { findPostmaster } from "@/lib/host/postmaster";
import { freePort, type RunningServer, type Starting, spawnNode, spawnProgram, startServer } from "./server";

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
}

export function dataFolder(): DataFolder {
  const path = mkdtempSync(join(tmpdir(), "parley-data-"));
  const folder = join(path, "postgres");
  const servers: RunningServer[] = [];
  const unconfigured = { DATA_DIR: path, DATABASE_URL: "", AUTH_SECRET: "", LOG_LEVEL: "warn" };
  const begin = (env = {}) => spawnNode(["dist/server.mjs"], { ...unconfigured, PORT: "0", ...env });
  const postmaster = () => findPostmaster(folder)?.pid ?? null;
  onTestFinished(async () => {
    for (const server of servers) await server.kill("SIGKILL");
    const left = postmaster();
    if (left) process.kill(left, "SIGKILL");
    rmSync(path, { recursive: true, force: true, maxRetries: 20 });
  });
  return {
    path,
    postmaster,
    async start(env = {}, port) {
      const server = await startServer({ env: { ...unconfigured, ...env }, port });
      servers.push(server);
      return server;
    },
    begin,
    npmStart: () => spawnProgram("npm", ["start"], { ...unconfigured, PORT: "0" }, { detached: true }),
    async startInVain(env) {
      const { ended, logs } = begin({ PORT: String(await freePort()), ...env });
      return { code: await ended, said: logs() };
    },
  };
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
