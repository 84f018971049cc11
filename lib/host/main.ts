import cluster from "node:cluster";
import { alreadyRunning, isInUse } from "./embedded-database";
import { greet } from "./greeting";
import { migrate } from "./migrate";
import { openDatabase } from "./open-database";
import { PortInUse, requireFreePort } from "./port";
import { run } from "./run";
import { loadSecrets } from "./secrets";
import { type Settings, settings } from "./settings";

/**
 * `npm start`: one server, or with WORKERS several processes that serve as one. Each of those runs this program too; the
 * process that has started them opens the database, and speaks for all of them.
 */
await run(async (run) => {
  const chosen = settings();
  const { HOST, WORKERS } = chosen;
  if (cluster.isPrimary) await requirePort(chosen);
  const database = await run.step(async () => {
    const opened = await openDatabase(chosen);
    run.onStop(opened.stop);
    return opened;
  });
  const prepare = async () => void (await migrate(database.ownerUrl));
  await run.step(prepare);
  if (cluster.isPrimary && WORKERS > 1) {
    const { startWorkers } = await import("./workers");
    const port = await startWorkers(WORKERS, import.meta.dirname, prepare, run);
    return greet(HOST, port, `${database.place}, served by ${WORKERS} processes`);
  }
  const { startServer } = await import("./server");
  const port = await startServer(chosen, import.meta.dirname, run);
  if (cluster.isPrimary) greet(HOST, port, database.place);
});

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
