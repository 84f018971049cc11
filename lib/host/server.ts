import { createServer, type Server } from "node:http";
import next from "next";
import { pool } from "@/lib/server/db";
import { epoch } from "@/lib/server/realtime/epoch";
import { hub } from "@/lib/server/realtime/hub";
import { createHost } from "./http";
import { withOtherBuilds } from "./other-builds";
import { buildOf, stayWith } from "./own-build";
import { listen } from "./port";
import type { Run } from "./run";
import type { Settings } from "./settings";

/** Milliseconds until connections that are still busy are cut. */
const DRAIN_MS = 1_000;

/**
 * Serves on a database that is open and migrated.
 * @param programs the folder that this program lies in, which tells its build.
 * @returns the port.
 */
export async function startServer({ PORT, HOST }: Pick<Settings, "PORT" | "HOST">, programs: string, run: Run): Promise<number> {
  run.onStop(() => pool().end());
  await run.step(epoch);
  const build = buildOf(programs);
  stayWith(build);
  // Next listens for upgrades at the server that it is given, and ends those without a word: at ours they are requests.
  const app = next({ dev: false, httpServer: createServer() });
  await run.step(() => app.prepare());
  const server = createHost(withOtherBuilds(build, app.getRequestHandler()));
  return run.step(async () => {
    const port = await listen(server, PORT, HOST);
    run.onStop(() => close(server));
    return port;
  });
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
