import { setTimeout as sleep } from "node:timers/promises";
import { log } from "@/lib/server/log";
import { StartError } from "./start-error";

/** Milliseconds until the next thing is stopped though one hangs, and until the end. */
const HANG_MS = 2_000;
const STOP_MS = 4_800;

/** A process that starts one thing after the other, and ends them in order. */
export interface Run {
  /** One step of the start. A signal that comes meanwhile is heeded after it, so that none is left half done. */
  step<T>(work: () => Promise<T>): Promise<T>;
  /** How to end what has been started. The last one is ended first. */
  onStop(end: () => Promise<unknown>): void;
}

/** Starts, and ends within five seconds of a signal, or with a sentence where the start fails. */
export async function run(start: (run: Run) => Promise<void>): Promise<void> {
  const running: (() => Promise<unknown>)[] = [];
  let stopping = false;
  let started = false;

  async function step<T>(work: () => Promise<T>): Promise<T> {
    const done = await work();
    if (stopping) throw new Error("interrupted");
    return done;
  }

  async function interrupted(): Promise<void> {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    if (started) await stop(0);
  }

  async function stop(code: number): Promise<void> {
    for (const end of running) {
      const failed = (error: unknown) => log.error({ err: error }, "something did not stop cleanly");
      await Promise.race([end().catch(failed), sleep(HANG_MS)]);
    }
    process.exit(code);
  }

  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void interrupted());
  try {
    await start({ step, onStop: (end) => void running.unshift(end) });
    started = true;
  } catch (error) {
    if (!stopping) report(error);
    await stop(stopping ? 0 : 1);
  }
}

/** One sentence for what people can mend; the rest is ours to mend, and its trace says where. */
function report(error: unknown): void {
  if (error instanceof StartError) console.error(error.message);
  else log.fatal({ err: error }, "Parley could not start");
}
