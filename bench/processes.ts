import { type ChildProcess, fork, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@/tests/support/free-port";
import type { Load } from "./load";

/** A server under test, a process of its own. */
export type Server = { port: number; pid: number; settle(): Promise<void>; stop(): Promise<void> };

const HERE = import.meta.dirname;

/** Milliseconds after a collection in which the allocator hands pages back. */
const SETTLE_MS = 1_500;

/** Runs a program on a free port and waits for its first answer. Its log goes nowhere, its errors are shown. */
export async function startServer(program: string, env: Record<string, string>): Promise<Server> {
  const port = await freePort();
  const child = spawn(process.execPath, ["--import", join(HERE, "settle.mjs"), program], {
    env: { PATH: process.env.PATH, NODE_ENV: "production", HOST: "127.0.0.1", PORT: String(port), ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = endWith(child);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended before it was ready.`);
    if (await fetch(`http://127.0.0.1:${port}/api/health`).catch(() => null)) break;
    await sleep(50);
  }
  return {
    port,
    pid: child.pid as number,
    async settle() {
      for (let i = 0; i < 2; i++) {
        child.kill("SIGUSR2");
        await sleep(SETTLE_MS);
      }
    },
    async stop() {
      const patience = setTimeout(() => child.kill("SIGKILL"), 8_000);
      child.kill("SIGTERM");
      await ended;
      clearTimeout(patience);
    },
  };
}

/** The load generator in a process of its own; its functions are called across. */
export type RemoteLoad = { [K in keyof Load]: (input: Parameters<Load[K]>[0]) => Promise<Awaited<ReturnType<Load[K]>>> };

export function startLoad(): { load: RemoteLoad; stop(): void } {
  const child = fork(join(HERE, "load.ts"), { execArgv: ["--import", "tsx"], stdio: "inherit" });
  void endWith(child);
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  child.on("message", ({ call, value, error }: { call: number; value: unknown; error?: string }) => {
    const caller = waiting.get(call);
    waiting.delete(call);
    if (error === undefined) caller?.resolve(value);
    else caller?.reject(new Error(error));
  });
  child.on("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("The load generator ended."));
  });
  const load = new Proxy({} as RemoteLoad, {
    get: (_, name) => (input: unknown) =>
      new Promise((resolve, reject) => {
        waiting.set(++calls, { resolve, reject });
        child.send({ call: calls, name, input });
      }),
  });
  return { load, stop: () => void child.kill() };
}

/** Seconds of processor time that a process has used, all its threads together. */
export function cpuSeconds(pid: number): number {
  return ticks(pid).own;
}

/** The same of PostgreSQL: the postmaster, those of its children that live, and those that have ended. */
export function familyCpuSeconds(postmaster: number): number {
  const { own, ended } = ticks(postmaster);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ticks(Number(name)))
    .reduce((sum, child) => (child.parent === postmaster ? sum + child.own : sum), own + ended);
}

/** proc_pid_stat(5); the clock tick is 10 ms on every Linux that Node runs on. */
function ticks(pid: number): { parent: number; own: number; ended: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const field = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const at = (number: number) => field[number - 3] ?? 0;
    return { parent: at(4), own: (at(14) + at(15)) / 100, ended: (at(16) + at(17)) / 100 };
  } catch {
    return { parent: 0, own: 0, ended: 0 };
  }
}

/** Proportional set size in KiB: private memory and a fair share of what is shared. */
export function memoryKiB(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]);
}

function endWith(child: ChildProcess): Promise<void> {
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  return new Promise((resolve) =>
    child.once("exit", () => {
      process.off("exit", kill);
      resolve();
    }),
  );
}
