import cluster, { type Worker } from "node:cluster";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { log } from "@/lib/server/log";
import type { Run } from "./run";
import { StartError } from "./start-error";

/** Milliseconds until a server that ended by itself is started again, and until one that does not end is killed. */
const AGAIN_MS = 1_000;
const PATIENCE_MS = 1_800;

/** The program of a server, which the newest build has. */
const NEWEST = "dist/server.mjs";

/**
 * Several servers at one port, as several machines are behind one address: each accepts from the same queue, whoever is free
 * first. This process hands over no connections: one that was on its way to a server which is killed would never be answered.
 * SIGHUP replaces them one after the other by servers of the newest build.
 * @param programs the folder that this program lies in: a server that ends by itself comes back as the one that it was.
 * @param prepare what comes before servers of another build.
 * @returns the port, once all of them serve.
 */
export async function startWorkers(count: number, programs: string, prepare: () => Promise<void>, run: Run): Promise<number> {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  serveBy(join(programs, "server.mjs"));
  const places = Array.from({ length: count }, () => new Place());
  run.onStop(() => {
    for (const place of places) place.leave();
    // Also one that is only starting.
    return Promise.all(Object.values(cluster.workers ?? {}).flatMap((worker) => (worker ? end(worker) : [])));
  });
  const ports = await run.step(() => Promise.all(places.map((place) => place.fill())));
  const [port] = ports;
  if (!port || ports.includes(null)) throw new StartError("A process of the server ended while it was starting; it says why above.");
  let turn = Promise.resolve();
  process.on("SIGHUP", () => {
    turn = turn.then(() => renew(places, prepare));
  });
  return port;
}

function serveBy(program: string): void {
  cluster.setupPrimary({ exec: program, args: [], execArgv: [...process.execArgv, "--enable-source-maps"] });
}

/** Ends with the first that does not come up, so that what a broken update leaves goes on. */
async function renew(places: readonly Place[], prepare: () => Promise<void>): Promise<void> {
  try {
    await prepare();
    serveBy(realpathSync(NEWEST));
    for (const place of places) if (!(await place.fill())) return;
  } catch (error) {
    log.error({ err: error }, "the servers could not be replaced, and go on as they are");
  }
}

/** One server of several, kept running. */
class Place {
  /** The one that serves here; null until it does. */
  private worker: Worker | null = null;
  private left = false;
  /** What is done here comes one after the other. */
  private turn: Promise<unknown> = Promise.resolve();

  /** Starts a server here, and then ends the one before where there is one. Resolves to its port, or null where it ended instead. */
  fill(): Promise<number | null> {
    const filled = this.turn.then(() => this.replace());
    this.turn = filled;
    return filled;
  }

  /** Nobody comes here any more. */
  leave(): void {
    this.left = true;
  }

  private async replace(): Promise<number | null> {
    const before = this.worker;
    const worker = cluster.fork();
    const over = new Promise<null>((resolve) => worker.once("exit", () => resolve(null)));
    const port = await Promise.race([over, portOf(worker)]);
    if (port === null) return null;
    this.worker = worker;
    void over.then(() => this.gone(worker));
    if (before) await end(before);
    return port;
  }

  private async gone(worker: Worker): Promise<void> {
    if (this.worker === worker) this.worker = null;
    else return;
    while (!this.left && !this.worker) {
      log.warn({ pid: worker.process.pid }, "a process of the server ended by itself, and another one takes its place");
      await sleep(AGAIN_MS);
      await this.turn;
      if (!this.left && !this.worker) await this.fill();
    }
  }
}

/** Once it takes requests. */
function portOf(worker: Worker): Promise<number> {
  return new Promise((resolve) => worker.once("listening", ({ port }) => resolve(port)));
}

/** Requests that are under way are answered, and its streams told to come back. */
async function end(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const over = new Promise((resolve) => worker.once("exit", resolve));
  const patience = setTimeout(() => worker.process.kill("SIGKILL"), PATIENCE_MS);
  worker.process.kill("SIGTERM");
  await over;
  clearTimeout(patience);
}
