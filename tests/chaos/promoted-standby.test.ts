import { expect, onTestFinished, test, vi } from "vitest";
import type { Message } from "@/lib/protocol/messages";
import { account } from "../support/data-folder";
import { sendElsewhere } from "../support/elsewhere";
import { isMessage, openStream, ready, reset, saying } from "../support/event-stream";
import { upTo } from "../support/follower";
import { length, patience, tell } from "../support/lengths";
import { sendPersistently } from "../support/persistent-send";
import { type ReplicatedPostgres, startReplicatedPostgres } from "../support/replicated-postgres";
import { Screen, wholeTalk } from "../support/screen";
import { type RunningServer, startServer } from "../support/server";

const SERVERS = 2;
const SENDERS = 8;

type Account = Awaited<ReturnType<typeof account>>;
type Stage = { postgres: ReplicatedPostgres; servers: RunningServer[]; start(): Promise<RunningServer>; anywhere(): string };

/** Servers that are told both hosts, and nothing else. */
async function setUp(synchronous: boolean): Promise<Stage> {
  const postgres = await startReplicatedPostgres({ synchronous });
  const servers: RunningServer[] = [];
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.kill("SIGKILL")))));
  const start = async () => {
    const server = await startServer({ env: { DATABASE_URL: postgres.url } });
    servers.push(server);
    return server;
  };
  await Promise.all(upTo(SERVERS).map(start));
  return { postgres, servers, start, anywhere: () => (servers[Math.floor(Math.random() * servers.length)] as RunningServer).url };
}

async function known(url: string, name: string) {
  const one = await account(url, name);
  return { ...one, ...((await one.get("/api/auth_user")) as { id: string }) };
}

async function talkOf(one: Account, other: string): Promise<string> {
  return ((await one.post("/api/conversations", { username: other })) as { id: string }).id;
}

test("a primary is killed at full speed and its synchronous standby promoted: what was acknowledged is there, once, in order, on every screen", {
  timeout: patience(90_000),
}, async () => {
  const rounds = length(1, 10);
  let [acknowledged, repeated, longest] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    const { postgres, servers, anywhere } = await setUp(true);
    const people = await Promise.all(upTo(SENDERS).map((i) => account(anywhere(), `sender${i}`)));
    const talks = await Promise.all(people.map((person, i) => talkOf(person, `sender${((i + 1) % SENDERS) + 1}`)));
    // In one's own conversation, and in that which one's neighbour began: each has two that write.
    const talksOf = people.map((_, i) => [talks[i], talks[(i + SENDERS - 1) % SENDERS]] as string[]);
    const screens = people.map(({ token }, i) => new Screen(anywhere, token, talksOf[i] as string[]));
    await Promise.all(screens.map((screen) => screen.live));

    const noted: Message[] = [];
    const more = (count: number) => {
      const from = noted.length;
      return vi.waitUntil(() => noted.length >= from + count, { timeout: 30_000, interval: 10 });
    };
    let sending = true;
    const senders = people.map(async (person, s) => {
      for (let n = 0; sending; n++) {
        const sent = await sendPersistently(anywhere, person, talksOf[s]?.[n % 2] as string, `${s}:${n}`);
        noted.push(sent.message);
        repeated += sent.attempts - 1;
      }
    });
    await more(100 + Math.floor(Math.random() * 200));
    await postgres.killPrimary();
    await postgres.promote();
    const promoted = performance.now();
    await more(SENDERS + 1);
    longest = Math.max(longest, performance.now() - promoted);
    await more(100);
    sending = false;
    await Promise.all(senders);

    acknowledged += noted.length;
    for (const [i, talk] of talks.entries()) {
      const messages = await wholeTalk(anywhere, people[i]?.token as string, talk);
      expect(messages.map(({ seq }) => seq)).toEqual(upTo(messages.length));
      expect(new Set(messages.map(({ sender, content }) => `${sender.id} ${content}`)).size).toBe(messages.length);
      const known = new Map(messages.map((message) => [message.id, message]));
      const mine = noted.filter(({ conversationId }) => conversationId === talk);
      expect(mine.length).toBe(messages.length);
      for (const { id, seq, content } of mine) expect(known.get(id)).toMatchObject({ seq, content });
      for (const screen of [screens[i], screens[(i + 1) % SENDERS]] as Screen[]) {
        await expect.poll(() => screen.ids(talk), { timeout: 30_000 }).toEqual(messages.map(({ id }) => id));
      }
    }
    expect(screens.flatMap(({ faults }) => faults)).toEqual([]);
    await Promise.all(screens.map((screen) => screen.stop()));
    await Promise.all(servers.map((server) => server.kill("SIGKILL")));
    await postgres.stop();
  }
  tell("synchronous standby promoted", {
    kills: rounds,
    acknowledged,
    repeated,
    lost: 0,
    "ms at most until sends go on": Math.round(longest),
  });
});

test("what an asynchronous standby had not received is answered by a reset, and by none with silence", {
  timeout: patience(90_000),
}, async () => {
  const { postgres, servers, start, anywhere } = await setUp(false);
  const [ann, bob] = await Promise.all([known(anywhere(), "ann"), known(anywhere(), "bob")]);
  const talk = await talkOf(ann, "bob");
  const say = async (from: Account, ...contents: string[]) => {
    for (const content of contents) await sendPersistently(anywhere, from, talk, content);
  };
  const screens = servers.flatMap(({ url }) => [ann, bob].map(({ token }) => new Screen(() => url, token, [talk])));
  await Promise.all(screens.map((screen) => screen.live));
  const all = (contents: string[]) =>
    vi.waitFor(() => expect(screens.map((screen) => screen.contents(talk))).toEqual(screens.map(() => contents)), { timeout: 30_000 });

  const away = await openStream(anywhere(), { token: bob.token });
  await away.first(ready);
  await say(ann, "kept");
  await postgres.received();
  postgres.cutOff();
  const lost = upTo(5).map((n) => `lost ${n}`);
  await say(ann, ...lost);
  await all(["kept", ...lost]);
  const cursors = await Promise.all(["kept", "lost 3", "lost 5"].map(async (content) => (await away.first(saying(content))).id));
  away.cut();
  for (const { pid } of servers) process.kill(pid, "SIGSTOP");
  await postgres.killPrimary();
  await postgres.promote();
  // More than were lost, before anybody here looks: numbers of messages, events and transactions are given out once more.
  process.env.PARLEY_TEST_DATABASE = postgres.standbyUrl;
  const taken = upTo(10).map((n) => `in their place ${n}`);
  for (const content of taken) await sendElsewhere(bob, talk, content, null);
  for (const { pid } of servers) process.kill(pid, "SIGCONT");

  const after = upTo(5).map((n) => `after ${n}`);
  await say(bob, ...after);
  for (const { url } of [...servers, await start()]) {
    for (const from of cursors) expect((await firstWord(url, bob.token, from)).name).toBe("reset");
  }
  await all(["kept", ...taken, ...after]);
  expect(screens.flatMap(({ faults }) => faults)).toEqual([]);
  for (const screen of screens) {
    expect(screen.resets).toBeGreaterThan(0);
    expect(screen.ids(talk)).toEqual((await wholeTalk(anywhere, ann.token, talk)).map(({ id }) => id));
    await screen.stop();
  }
});

/** What a stream that comes back is told first, from whichever connection on that it is told anything. */
async function firstWord(url: string, token: string, from: string) {
  return vi.waitFor(async () => {
    const stream = await openStream(url, { token, from });
    try {
      return await stream.first((event) => ready(event) || reset(event) || isMessage(event));
    } finally {
      stream.cut();
    }
  }, 10_000);
}
