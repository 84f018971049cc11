import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port";

export interface ServerOptions {
  env?: Record<string, string>;
  /** The port to listen on; a free one unless given. */
  port?: number;
}

/** A server process of its own. */
export interface RunningServer {
  url: string;
  port: number;
  pid: number;
  /** All that it has printed so far. */
  logs(): string;
  /** Sends a signal and waits for the end; resolves to the exit code, or the signal that ended it. */
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
  stop(): Promise<void>;
}

/** The built server, as `npm start` runs it, on the database of this test file unless `env` says otherwise. */
export function startServer({ env, port }: ServerOptions = {}): Promise<RunningServer> {
  return launch(["dist/server.mjs"], port, (free) => ({ ...env, PORT: String(free) }));
}

/** The same build under `next start`, which knows nothing of our own host. */
export function startNext({ env, port }: ServerOptions = {}): Promise<RunningServer> {
  return launch(["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1"], port, (free) => ({ ...env, PORT: String(free) }));
}

async function launch(args: string[], wanted: number | undefined, env: (port: number) => Record<string, string>): Promise<RunningServer> {
  if (!existsSync("dist/server.mjs")) throw new Error("This test needs the built server: run `npm run build` first.");
  const port = wanted ?? (await freePort());
  return serving(spawnNode(args, env(port)), port);
}

/** The environment of a server on a machine of somebody's own: nothing configured but where its data goes. */
export const unconfigured = (dataDir: string) => ({ DATA_DIR: dataDir, DATABASE_URL: "", AUTH_SECRET: "", LOG_LEVEL: "warn" });

/** A process that starts, once it answers on its port. */
export async function serving({ child, ended, logs }: Starting, port: number): Promise<RunningServer> {
  const url = `http://127.0.0.1:${port}`;
  await ready(url, child, logs);
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { url, port, pid: child.pid as number, logs, kill, stop: async () => void (await kill("SIGTERM")) };
}

/** A process from its first moment on. */
export interface Starting {
  child: ChildProcess;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  logs(): string;
}

export const spawnNode = (args: string[], env: Record<string, string>): Starting => spawnProgram(process.execPath, args, env);

export function spawnProgram(
  program: string,
  args: string[],
  env: Record<string, string | undefined>,
  options: SpawnOptions = {},
): Starting {
  const child = spawn(program, args, {
    ...options,
    env: { ...process.env, NODE_ENV: "production", HOST: "127.0.0.1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("close", (code, signal) => {
      process.off("exit", killAtExit);
      resolve(code ?? (signal as NodeJS.Signals));
    });
  });
  return { child, ended, logs: () => output };
}

async function ready(url: string, child: ChildProcess, logs: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The server ended before it was ready:\n${logs()}`);
    // Whoever else may hold this port need not answer: then it is asked again, and the server has ended saying so.
    const response = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (response?.ok) return;
    await sleep(30);
  }
}
