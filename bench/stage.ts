import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cast, everybody, makeCast } from "./cast";
import { type Database, SUBJECTS, type Subject, startDatabase } from "./database";
import { growHistory } from "./history";
import type { Sends } from "./load";
import { type RemoteLoad, type Server, startLoad, startServer } from "./processes";
import type { Row } from "./report";

/** All that a part of the benchmark works with. */
export type Stage = Options & { database: Database; cast: Cast; load: RemoteLoad };

export type Options = {
  rounds: number;
  seconds: number;
  secret: string;
  /** How many are several servers, and by which NATS they talk, where not by the database. */
  servers: number;
  bus: string;
};

/** One part of the benchmark: measures, and tells its rows as it gets them. */
export type Part = (stage: Stage, tell: (...rows: Row[]) => void) => Promise<void>;

/** Seconds for which a server works before it is measured at what alone would not warm it up: it runs for weeks. */
export const WARM_UP_S = 2;

const SOME_MESSAGES = 1_000;

export type Servers = Record<Subject, Server>;

export async function withStage<T>(options: Options, work: (stage: Stage) => Promise<T>): Promise<T> {
  const database = await startDatabase();
  const { load, stop } = startLoad();
  try {
    const cast = await makeCast(database.client);
    const people = everybody(cast).map(({ token, id, username }) => [token, { id, username }]);
    writeFileSync(join(database.folder, "people.json"), JSON.stringify(Object.fromEntries(people)));
    // On empty tables PostgreSQL would plan to read them whole, and keep to that until they are next analysed.
    await growHistory(database.client, cast, SOME_MESSAGES);
    await database.copy();
    return await work({ ...options, database, cast, load });
  } finally {
    stop();
    await database.stop();
  }
}

/** Both servers, fresh, for as long as the work takes. */
export async function withServers<T>({ database, secret, bus }: Stage, work: (servers: Servers) => Promise<T>): Promise<T> {
  await database.client.query("CHECKPOINT");
  const floor = await startServer(join(import.meta.dirname, "floor.mjs"), {
    DATABASE_URL: database.url("floor"),
    PEOPLE: join(database.folder, "people.json"),
  });
  const parley = await startParley({ database, secret, bus });
  try {
    return await work({ floor, parley });
  } finally {
    await Promise.all([floor.stop(), parley.stop()]);
  }
}

function startParley({ database, secret, bus }: Pick<Stage, "database" | "secret" | "bus">): Promise<Server> {
  return startServer("dist/server.mjs", {
    DATABASE_URL: database.url("parley"),
    DATA_DIR: database.folder,
    AUTH_SECRET: secret,
    RATE_LIMIT: "off",
    BUS_URL: bus,
  });
}

/** As many servers on one database, fresh, for as long as the work takes. */
export async function withSeveral<T>(stage: Stage, count: number, work: (servers: Server[]) => Promise<T>): Promise<T> {
  await stage.database.client.query("CHECKPOINT");
  const servers = await Promise.all(Array.from({ length: count }, () => startParley(stage)));
  try {
    return await work(servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** Measures one after the other, in turn first, so that what drifts on the machine drifts for both. */
export async function alternately<T>(
  rounds: number,
  servers: Servers,
  measure: (server: Server, subject: Subject) => Promise<T>,
): Promise<Record<Subject, T[]>> {
  const results: Record<Subject, T[]> = { floor: [], parley: [] };
  for (let round = 0; round < rounds; round++) {
    for (const subject of round % 2 ? SUBJECTS : SUBJECTS.toReversed()) results[subject].push(await measure(servers[subject], subject));
  }
  return results;
}

/** Messages of these runs that did not arrive as they should. */
export function faults(runs: Sends[]): number {
  return runs.reduce((sum, { refused, lost, doubled, outOfOrder }) => sum + refused + lost + doubled + outOfOrder, 0);
}
