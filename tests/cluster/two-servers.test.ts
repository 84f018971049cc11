import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { database, sql } from "../support/database";
import { disturb, silenceHints } from "../support/disturbance";
import { openStream, ready, saying } from "../support/event-stream";
import { Follower, upTo } from "../support/follower";
import { length, patience, tell } from "../support/lengths";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people, signIn } from "../support/person";
import { type RunningServer, startServer } from "../support/server";
import { group, somebody } from "../support/talk";

let servers: [RunningServer, RunningServer];
const followers: Follower[] = [];
const url = (server: number) => () => servers[server % 2]?.url as string;

beforeAll(async () => {
  servers = await Promise.all([startServer(), startServer()]);
});

afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.stop()));
});

afterAll(() => Promise.all(servers.map((server) => server.stop())));

async function follow(who: Person, server: number, options?: ConstructorParameters<typeof Follower>[2]): Promise<Follower> {
  const follower = new Follower(url(server), who.token, options);
  followers.push(follower);
  await follower.live;
  return follower;
}

const hintConnections = () =>
  sql<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'parley hints'");

test(
  "16 writers in 5 conversations at 2 servers are read in one order, without a gap, at both",
  async () => {
    const writers = await people(16, "order");
    const [reader] = writers as [Person];
    const talks = await Promise.all(upTo(5).map(() => group(...writers)));
    const watchers = await Promise.all(writers.flatMap((writer) => [follow(writer, 0), follow(writer, 1)]));
    // Each of these is cut off every now and then, and some come back at the other server.
    const hoppers = await Promise.all(
      upTo(6).map(async (i) => {
        let left = 40;
        const onEvent = () => {
          if (--left > 0) return;
          left = 20 + Math.random() * 200;
          follower?.cut();
        };
        let visit = i;
        const at = () => url(i > 4 ? visit++ : i)();
        const follower: Follower = new Follower(at, reader.token, { onEvent, retryMs: () => Math.random() * 40 });
        followers.push(follower);
        await follower.live;
        return follower;
      }),
    );
    const readers = [...watchers, ...hoppers];
    const trouble = disturb(database(), talks, reader.id);
    const each = length(50, 500);
    await Promise.all(
      writers.map(async (writer, w) => {
        for (let i = 0; i < each; i++) await send(url(w + i), writer, talks[(w + i) % 5] as string, `${w}:${i}`);
      }),
    );
    const aborted = await trouble.stop();

    const sent = 16 * each;
    const stored = await sql<{ id: string; conversation_id: string }>(
      "SELECT id, conversation_id FROM messages WHERE conversation_id = ANY($1) ORDER BY seq",
      [talks],
    );
    expect(stored).toHaveLength(sent);
    for (const follower of readers) {
      await expect.poll(() => follower.messages.length, { timeout: 10_000 }).toBe(sent);
      for (const talk of talks) {
        const shown = follower.messages.filter(({ conversationId }) => conversationId === talk);
        expect(shown.map(({ seq }) => seq)).toEqual(upTo(shown.length));
        expect(shown.map(({ id }) => id)).toEqual(stored.filter((row) => row.conversation_id === talk).map((row) => row.id));
      }
      expect(follower.resets).toBe(0);
    }
    const repeats = readers.reduce((sum, { repeats }) => sum + repeats, 0);
    const cuts = readers.reduce((sum, { connections }) => sum + connections - 1, 0);
    tell("16 writers × 5 conversations × 2 servers", {
      sent,
      "transactions aborted": aborted,
      readers: readers.length,
      cuts,
      lost: 0,
      "out of order": 0,
      "repeats dropped": repeats,
    });
  },
  patience(60_000),
);

test(
  "with the hint connections killed all the time every message arrives within 1.5 s, and they come back by themselves",
  async () => {
    const [ann, bob] = (await people(2, "hints")) as [Person, Person];
    const talk = await group(ann, bob);
    const at = [await follow(ann, 0), await follow(ann, 1)];
    const dead = silenceHints(database());
    await expect.poll(hintConnections, { interval: 5 }).toEqual([]);
    const messages = length(8, 60);
    let slowest = 0;
    for (const i of upTo(messages)) {
      const began = performance.now();
      await send(url(i), bob, talk, `${i}`);
      for (const follower of at) await expect.poll(() => follower.messages.length, { timeout: 1_500, interval: 5 }).toBe(i);
      slowest = Math.max(slowest, performance.now() - began);
    }
    const killed = await dead.stop();
    for (const follower of at) expect(follower.numbers().get(talk)).toEqual(upTo(messages));
    await expect.poll(hintConnections, { timeout: 10_000 }).toHaveLength(2);
    tell("hint connections killed all the time", { killed, messages, lost: 0, "slowest delivery (ms)": Math.round(slowest) });
  },
  patience(60_000),
);

test("signing out at one server ends the session's streams at the other, and only those", async () => {
  const [ann, bob] = await Promise.all([somebody(), somebody()]);
  const talk = await group(ann, bob);
  const phone = await signIn(ann);
  const [lost, kept] = await Promise.all([openStream(url(1)(), phone), openStream(url(1)(), ann)]);
  await Promise.all([lost.first(ready), kept.first(ready)]);
  expect((await ask(1, "GET", "/api/auth_user", phone)).status).toBe(200);
  expect((await ask(0, "POST", "/api/logout", phone)).status).toBe(204);
  await lost.first(({ name }) => name === "signed_out");
  await lost.ended;
  await expect.poll(async () => (await ask(1, "GET", "/api/auth_user", phone)).status).toBe(401);
  expect((await ask(1, "GET", "/api/auth_user", ann)).status).toBe(200);
  await send(url(0), bob, talk, "still here");
  await kept.first(saying("still here"));
  kept.cut();
});

test("signing out ends the streams at the other server also while the hints are dead", async () => {
  const ann = await somebody();
  const stream = await openStream(url(1)(), ann);
  await stream.first(ready);
  const dead = silenceHints(database());
  await expect.poll(hintConnections, { interval: 5 }).toEqual([]);
  await ask(0, "POST", "/api/logout", ann);
  await stream.ended;
  expect(stream.events.at(-1)?.name).toBe("signed_out");
  await dead.stop();
});

function ask(server: number, method: string, path: string, { token }: Person): Promise<Response> {
  return fetch(url(server)() + path, { method, headers: { Authorization: `Bearer ${token}` } });
}
