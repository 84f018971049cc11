import pino from "pino";
import { afterAll } from "vitest";
import { checkRefusal } from "./refusals";
import { startNext, startServer } from "./server";

/** Where the requests of a test go. The contract's tests run against all three (see vitest.config.ts). */
export interface Host {
  /** `path` begins with a slash. Redirects are returned, not followed. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Null in process: there is no socket to connect to. */
  url: string | null;
  /** All that it has printed so far. */
  logs(): string;
  stop(): Promise<void>;
}

export type HostName = "handlers" | "server" | "next";

/** Route handlers in process unless the project of vitest.config.ts says otherwise. */
export const hostName = (process.env.PARLEY_TEST_HOST ?? "handlers") as HostName;

let running: Promise<Host> | undefined;

/**
 * The host of this test file, started by the first call: only that one can give it an environment of its own, and
 * must come before anything of lib/server is used.
 */
export function host(env: Record<string, string> = {}): Promise<Host> {
  running ??= start(env).then(checked);
  return running;
}

afterAll(async () => {
  await (await running)?.stop();
  running = undefined;
});

/** Every error that a test is answered with is looked at, whatever the test is about. */
function checked(started: Host): Host {
  return {
    ...started,
    async fetch(path, init) {
      const answer = await started.fetch(path, init);
      await checkRefusal(path, init?.method ?? "GET", answer);
      return answer;
    },
  };
}

async function start(env: Record<string, string>): Promise<Host> {
  if (hostName === "handlers") return inProcess(env);
  const { url, logs, stop } = hostName === "server" ? await startServer({ env }) : await startNext({ env });
  return { url, logs, stop, fetch: (path, init) => fetch(url + path, { redirect: "manual", ...init }) };
}

/** All of the server is loaded here and not above: where it runs in a process of its own, a test has no use for it. */
async function inProcess(env: Record<string, string>): Promise<Host> {
  Object.assign(process.env, env);
  const { mountRoutes } = await import("@/lib/host/http");
  const router = mountRoutes();
  const logs = await printed(env.LOG_LEVEL);
  return {
    url: null,
    logs,
    stop: async () => {},
    fetch: async (path, init) => router.request(new URL(path, "http://parley.test").href, init),
  };
}

/** What the logger of this process prints from here on, where a level of logging is wanted, instead of printing it. */
async function printed(level: string | undefined): Promise<() => string> {
  let text = "";
  if (level === undefined) return () => text;
  const { log } = await import("@/lib/server/log");
  const logger = log as unknown as { level: string; [pino.symbols.streamSym]: { write: (line: string) => void } };
  logger.level = level;
  logger[pino.symbols.streamSym].write = (line) => void (text += line);
  return () => text;
}
