import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import next from "next";
import { pool } from "@/lib/server/db";
import { log } from "@/lib/server/log";
import { epoch } from "@/lib/server/realtime/epoch";
import { hub } from "@/lib/server/realtime/hub";
import { alreadyRunning, isInUse } from "./embedded-database";
import { greet } from "./greeting";
import { createHost } from "./http";
import { migrate } from "./migrate";
import { openDatabase } from "./open-database";
import { withOtherBuilds } from "./other-builds";
import { buildOf, stayWith } from "./own-build";
import { listen, PortInUse, requireFreePort } from "./port";
import { loadSecrets } from "./secrets";
import { type Settings, settings } from "./settings";
import { StartError } from "./start-error";

/** Milliseconds until connections that are still busy are cut, until the next thing is stopped though one hangs, and until the end. */
const DRAIN_MS = 1_000;
const HANG_MS = 2_000;
const STOP_MS = 4_800;

/** What has been started, last first: how to stop each. */
const running: (() => Promise<unknown>)[] = [];
let stopping = false;
let started = false;

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void interrupted());
// One of several (see member.ts) ends with the process that started it.
process.on("disconnect", () => void interrupted());

try {
  await start(settings());
} catch (error) {
  if (!stopping) report(error);
  await stop(stopping ? 0 : 1);
}

async function start(settings: Settings): Promise<void> {
  await requirePort(settings);
  const database = await step(async () => {
    const opened = await openDatabase(settings);
    running.unshift(opened.stop);
    return opened;
  });
  await step(() => migrate(database.ownerUrl));
  running.unshift(() => pool().end());
  await step(epoch);
  const build = buildOf(import.meta.dirname);
  stayWith(build);
  // Next listens for upgrades at the server that it is given, and ends those without a word: at ours they are requests.
  const app = next({ dev: false, httpServer: createServer() });
  await step(() => app.prepare());
  const server = createHost(withOtherBuilds(build, app.getRequestHandler()));
  await step(async () => {
    const port = await listen(server, settings.PORT, settings.HOST);
    running.unshift(() => close(server));
    // One of several tells the process that started it, which speaks for all of them.
    if (process.send) return process.send({ port });
    greet(settings.HOST, port, database.place);
  });
  started = true;
}

/** A signal that comes while we start is heeded between two steps, so that none is left half done. */
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

/** Streams are ended while requests that are under way finish; a keep-alive connection does not hold us up. */
async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  await hub().close();
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(cut);
}

/** A second start on a data folder finds the port taken by the first; what matters to its owner is the folder. */
async function requirePort({ PORT, HOST, DATA_DIR }: Settings): Promise<void> {
  try {
    await requireFreePort(PORT, HOST);
  } catch (error) {
    const ours = error instanceof PortInUse && !process.env.DATABASE_URL;
    if (ours && (await isInUse(DATA_DIR, loadSecrets(DATA_DIR).postgresPassword))) throw alreadyRunning(DATA_DIR);
    throw error;
  }
}

/** One sentence for what people can mend; the rest is ours to mend, and its trace says where. */
function report(error: unknown): void {
  if (error instanceof StartError) console.error(error.message);
  else log.fatal({ err: error }, "Parley could not start");
}
