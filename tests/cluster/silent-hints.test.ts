import { afterAll, beforeAll, expect, test } from "vitest";
import { database, sql } from "../support/database";
import { openStream, ready, saying } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { type RunningServer, startServer } from "../support/server";
import { group } from "../support/talk";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";

let network: TcpProxy;
let here: ListeningHost;
let other: RunningServer;

beforeAll(async () => {
  const address = new URL(database());
  network = await startTcpProxy(Number(address.port));
  address.port = String(network.port);
  process.env.DATABASE_DIRECT_URL = address.href;
  here = await listen();
  other = await startServer({ env: { DATABASE_DIRECT_URL: database() } });
});

afterAll(async () => {
  await other.stop();
  await here.close();
  await network.stop();
});

const hintConnections = async () => {
  const rows = await sql<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'parley hints' ORDER BY pid",
  );
  return rows.map(({ pid }) => pid);
};

test("a hint connection that has gone silent without an end costs a second, and is replaced", { timeout: 60_000 }, async () => {
  const [ann, bob] = (await people(2, "silent")) as [Person, Person];
  const talk = await group(ann, bob);
  const stream = await openStream(here.url, ann);
  await stream.first(ready);
  await send(() => other.url, bob, talk, "heard");
  await stream.first(saying("heard"));
  await expect.poll(hintConnections).toHaveLength(2);
  const before = await hintConnections();

  network.blackHole();
  await send(() => other.url, bob, talk, "found");
  await expect.poll(() => stream.events.some(saying("found")), { timeout: 1_500 }).toBe(true);

  const known = network.connections();
  await expect.poll(network.connections, { timeout: 20_000 }).toBeGreaterThan(known);
  network.heal();
  await expect.poll(async () => (await hintConnections()).filter((pid) => !before.includes(pid)).length, { timeout: 20_000 }).toBe(1);
  await send(() => other.url, bob, talk, "heard again");
  await stream.first(saying("heard again"));
  stream.cut();
});
