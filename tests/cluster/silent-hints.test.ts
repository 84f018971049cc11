import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { database, sql } from "../support/database";
import { isMessage, openStream, type Received, ready, saying } from "../support/event-stream";
import { Follower, upTo } from "../support/follower";
import { length, patience, tell } from "../support/lengths";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { type RunningServer, startServer } from "../support/server";
import { group } from "../support/talk";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";

const SILENCE_MS = length(4_000, 60_000);

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

test(`without hints for ${SILENCE_MS / 1_000} s everything arrives by polling, and they come back by themselves`, {
  timeout: patience(60_000),
}, async () => {
  const [ann, bob, cid] = (await people(3, "without")) as [Person, Person, Person];
  const talk = await group(ann, bob, cid);
  const arrivals = new Map<number, number>();
  const onEvent = (event: Received) => void (isMessage(event) && arrivals.set(event.data.seq, performance.now()));
  const followers = [new Follower(() => here.url, ann.token, { onEvent }), new Follower(() => other.url, ann.token)];
  await Promise.all(followers.map((follower) => follower.live));
  await expect.poll(hintConnections).toHaveLength(2);

  network.refuse();
  await expect.poll(hintConnections).toHaveLength(1);
  const until = performance.now() + SILENCE_MS;
  const acknowledged = new Map<number, number>();
  while (performance.now() < until) {
    // Always at the other server: a send here would make this one look at the log.
    const { message } = await send(() => other.url, bob, talk, "without hints");
    acknowledged.set(message.seq, performance.now());
    await sleep(40);
  }
  const sent = acknowledged.size;
  for (const follower of followers) {
    await expect.poll(() => follower.numbers().get(talk), { timeout: 10_000 }).toEqual(upTo(sent));
    expect(follower.repeats + follower.resets).toBe(0);
  }
  const delays = [...acknowledged].map(([seq, at]) => Math.max(0, (arrivals.get(seq) as number) - at)).sort((a, b) => a - b);
  const median = Math.round(delays[Math.floor(sent / 2)] as number);
  // A poll a second makes it half of one. The slowest is told, not judged: it is that of the machine too.
  expect(median).toBeLessThan(1_500);

  network.heal();
  await expect.poll(hintConnections, { timeout: 20_000 }).toHaveLength(2);
  // Who is online on another server is told by hints alone.
  const anns = await openStream(here.url, ann);
  const cids = await openStream(other.url, cid);
  await anns.first(({ name, data }) => name === "presence" && data.online.includes(cid.id));
  for (const stream of [anns, cids]) stream.cut();
  await Promise.all(followers.map((follower) => follower.stop()));
  tell("no hints", {
    seconds: SILENCE_MS / 1_000,
    messages: sent,
    lost: 0,
    "ms until the other server delivers, half of them": median,
    "ms, the slowest": Math.round(delays.at(-1) as number),
  });
});
