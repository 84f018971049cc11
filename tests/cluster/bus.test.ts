import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { openStream, ready, saying } from "../support/event-stream";
import { Follower, upTo } from "../support/follower";
import { length, patience, tell } from "../support/lengths";
import { type ListeningHost, listen } from "../support/listening-host";
import { hasNats, type Nats, startNats } from "../support/nats";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { type RunningServer, startServer } from "../support/server";
import { group, talk } from "../support/talk";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";

/** How long each trouble lasts. */
const TROUBLE_MS = length(1_500, 15_000);

describe.skipIf(!hasNats)("two servers that talk by way of NATS", () => {
  let nats: Nats;
  let network: TcpProxy;
  let here: ListeningHost;
  let other: RunningServer;

  beforeAll(async () => {
    nats = await startNats();
    network = await startTcpProxy(nats.port);
    process.env.BUS_URL = `nats://127.0.0.1:${network.port}`;
    here = await listen();
    other = await startServer({ env: { BUS_URL: nats.url } });
  });

  afterAll(async () => {
    await other.stop();
    await here.close();
    await network.stop();
    await nats.kill();
  });

  /** Who is online on another server is told by the bus alone. */
  async function hears(): Promise<void> {
    const [ann, bob] = (await people(2, `hears-${Date.now()}-`)) as [Person, Person];
    await send(() => here.url, ann, await group(ann, bob), "hello");
    const stream = await openStream(here.url, ann);
    const theirs = await openStream(other.url, bob);
    await stream.first(({ name, data }) => name === "presence" && data.online.includes(bob.id));
    for (const one of [stream, theirs]) one.cut();
  }

  test("what is said between two is shown at the other server without a look at the log", async () => {
    await hears();
    const [ann, bob] = (await people(2, "bus")) as [Person, Person];
    const { id } = await talk(ann, bob);
    await send(() => other.url, bob, id, "first");
    const stream = await openStream(here.url, ann);
    await stream.first(ready);
    const queries = vi.spyOn(pool(), "query");
    let said = 0;
    const looks = async () => {
      queries.mockClear();
      await send(() => other.url, bob, id, `again ${++said}`);
      await stream.first(saying(`again ${said}`));
      const names = queries.mock.calls.map(([asked]) => (asked as unknown as { name: string }).name);
      return names.filter((name) => name === "event_look" || name === "event_bodies");
    };
    // Until its number is known, and the subscription stands.
    await expect.poll(looks, { timeout: 10_000 }).toEqual([]);
    queries.mockRestore();
    stream.cut();
  });

  test.each([
    ["killed and restarted", async () => nats.kill(), async () => nats.start()],
    ["cut off without a word", async () => network.blackHole(), async () => network.heal()],
    ["cut off", async () => network.refuse(), async () => network.heal()],
    ["slow", async () => network.delay(400), async () => network.heal()],
  ] as const)(
    "while NATS is %s nothing is lost, out of order or doubled, merely later, and afterwards it carries again",
    { timeout: patience(60_000) },
    async (what, begin, end) => {
      const [ann, bob] = (await people(2, `trouble-${what.replaceAll(" ", "-")}-`)) as [Person, Person];
      const places = [(await talk(ann, bob)).id, await group(ann, bob)];
      const followers = [new Follower(() => here.url, ann.token), new Follower(() => other.url, ann.token)];
      await Promise.all(followers.map((follower) => follower.live));
      let sent = 0;
      const speak = async (ms: number) => {
        for (const until = performance.now() + ms; performance.now() < until; sent++) {
          // Always at the other server: a send here would make this one look at the log.
          await send(() => other.url, bob, places[sent % 2] as string, `${sent}`);
          await sleep(30);
        }
      };
      await speak(200);
      await begin();
      // Who comes online is told once, by the bus alone.
      const theirs = await openStream(other.url, bob);
      await speak(TROUBLE_MS);
      await end();
      await speak(200);
      for (const follower of followers) {
        await expect.poll(() => follower.messages.length, { timeout: 10_000 }).toBe(sent);
        for (const place of places) {
          const numbers = follower.numbers().get(place) ?? [];
          expect(numbers).toEqual(upTo(numbers.length));
        }
        expect(follower.repeats + follower.resets).toBe(0);
      }
      const stream = await openStream(here.url, ann);
      await stream.first(({ name, data }) => name === "presence" && data.online.includes(bob.id));
      for (const one of [stream, theirs]) one.cut();
      await hears();
      await Promise.all(followers.map((follower) => follower.stop()));
      tell(`bus ${what}`, { seconds: TROUBLE_MS / 1_000, messages: sent, lost: 0, "out of order": 0 });
    },
  );
});
