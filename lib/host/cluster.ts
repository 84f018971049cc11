import { parseArgs } from "node:util";
import { config } from "@/lib/server/config";
import { log } from "@/lib/server/log";
import { createBalancer } from "./balancer";
import { greet } from "./greeting";
import { Member } from "./member";
import { migrate } from "./migrate";
import { openDatabase } from "./open-database";
import { listen } from "./port";
import { settings } from "./settings";
import { StartError } from "./start-error";

/**
 * `npm run start:cluster -- --instances 2`: several servers on one database behind one address, as several machines
 * would be. SIGHUP restarts them one after the other.
 */
async function start(): Promise<void> {
  const { PORT, HOST, DATA_DIR } = settings();
  const database = await openDatabase({ PORT, HOST, DATA_DIR });
  await migrate(database.ownerUrl);
  const members = Array.from({ length: instances() }, () => new Member());
  const balancer = createBalancer(() => members.flatMap(({ port }) => port ?? []), config().TRUST_PROXY);
  const stop = async (code: number) => {
    balancer.close();
    await Promise.all(members.map((member) => member.stop()));
    await database.stop();
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(0));

  const ready = await Promise.all(members.map((member) => member.start()));
  // It has said why.
  if (ready.includes(false)) return stop(1);
  const port = await listen(balancer, PORT, HOST);
  greet(HOST, port, `${database.place}, served by ${members.length} processes`);

  let turn = Promise.resolve();
  process.on("SIGHUP", () => {
    turn = turn.then(() => restart(members));
  });
}

/** Ends with the first that does not come back, so that what a broken update leaves goes on. */
async function restart(members: readonly Member[]): Promise<void> {
  for (const member of members) if (!(await member.restart())) return;
}

function instances(): number {
  const { values } = parseArgs({ options: { instances: { type: "string", default: "2" } } });
  const count = Number(values.instances);
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
  throw new StartError("--instances is a number from 1 to 64.");
}

try {
  await start();
} catch (error) {
  if (error instanceof StartError) console.error(error.message);
  else log.fatal({ err: error }, "Parley could not start");
  process.exit(1);
}
