import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { hub } from "@/lib/server/realtime/hub";
import { database } from "../support/database";
import { silenceHints } from "../support/disturbance";
import { openStream, ready, reset } from "../support/event-stream";
import { Follower, upTo } from "../support/follower";
import { makeGroup, takeOut } from "../support/groups";
import { held } from "../support/held";
import { length, patience, tell } from "../support/lengths";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people, signIn } from "../support/person";
import { type RunningServer, startServer } from "../support/server";
import { conversation, group } from "../support/talk";

const SECONDS = length(5, 240);

let here: ListeningHost;
let other: RunningServer;
let everybody: Person[];
/** Who comes to the open group and goes; it is the first of the talks. */
let guests: Person[];
let talks: string[];

/** Of two servers the one in this process is looked into. */
beforeAll(async () => {
  [here, other] = await Promise.all([listen(), startServer()]);
  everybody = await people(20, "soak");
  guests = await people(4, "guest");
  const [owner, ...others] = everybody as [Person, ...Person[]];
  const { id, lastSeq } = await makeGroup(owner, others, { access: "open" });
  last.set(id, lastSeq);
  talks = [id, ...(await Promise.all(upTo(5).map(() => group(...everybody))))];
});

afterAll(async () => {
  await here.close();
  await other.stop();
});

const chance = (below: number) => Math.floor(Math.random() * below);
const anybody = () => everybody[chance(everybody.length)] as Person;
const anyTalk = () => talks[chance(talks.length)] as string;
const anywhere = () => (chance(2) ? here.url : other.url);

const ask = async (url: string, { token }: Person, method: string, path: string) => {
  const response = await fetch(url + path, { method, headers: { Authorization: `Bearer ${token}` } });
  await response.text();
  expect(response.status).toBeLessThan(500);
};

let sent = 0;
/** The number of each conversation's last message. */
const last = new Map<string, number>();

/** What people do, each of them over and over. */
const doings: Record<string, () => Promise<unknown>> = {
  async send() {
    const { message } = await send(anywhere, anybody(), anyTalk(), "x".repeat(chance(500) + 1));
    sent++;
    last.set(message.conversationId, Math.max(last.get(message.conversationId) ?? 0, message.seq));
    await sleep(chance(100));
  },
  async comeAndGo() {
    const stream = await openStream(here.url, { token: anybody().token, from: ["", "nonsense"][chance(2)] });
    if (chance(2)) await stream.first((event) => ready(event) || reset(event));
    stream.cut();
    await stream.ended;
  },
  async comeToGroupAndGo() {
    const guest = guests[chance(guests.length)] as Person;
    const stream = await openStream(anywhere(), guest);
    await ask(anywhere(), guest, "POST", `/api/groups/${talks[0]}/join`);
    await ask(anywhere(), guest, "GET", `/api/conversations/${talks[0]}/messages`);
    await takeOut(guest, talks[0] as string, guest);
    stream.cut();
    await stream.ended;
  },
  async stopReading() {
    const stream = await openStream(here.url, anybody());
    stream.pause();
    await sleep(1_000);
    stream.cut();
  },
  async browse() {
    await ask(here.url, anybody(), "GET", `/api/conversations/${anyTalk()}/messages`);
    await ask(here.url, anybody(), "GET", "/api/conversations");
    await ask(here.url, anybody(), "GET", "/api/usernames?search=so");
    await ask(here.url, anybody(), "POST", `/api/conversations/${anyTalk()}/read_messages`);
    await ask(here.url, anybody(), "GET", "/api/conversations/nothing/messages");
    await sleep(chance(50));
  },
  async signInAndOut() {
    const device = await signIn(anybody());
    const stream = await openStream(here.url, device);
    await stream.first(ready);
    await ask(anywhere(), device, "POST", "/api/logout");
    await stream.ended;
  },
  async loseHints() {
    const silence = silenceHints(database());
    await sleep(500);
    await silence.stop();
    await sleep(chance(2_000));
  },
};

const SHARES = { send: 8, comeAndGo: 6, comeToGroupAndGo: 2, stopReading: 2, browse: 4, signInAndOut: 2, loseHints: 1 };

/** All of it for a while, then nobody is left. Returns how much was done. */
async function live(seconds: number): Promise<number> {
  const first = new Map(talks.map((talk) => [talk, (last.get(talk) ?? 0) + 1]));
  const readers = upTo(12).map((i) => {
    const follower: Follower = new Follower(i % 3 ? () => here.url : anywhere, anybody().token, {
      retryMs: () => chance(300),
      onEvent: () => void (chance(200) === 0 && follower.cut()),
    });
    return follower;
  });
  await Promise.all(readers.map((reader) => reader.live));
  const until = performance.now() + seconds * 1_000;
  let done = 0;
  await Promise.all(
    Object.entries(SHARES).flatMap(([name, share]) =>
      upTo(share).map(async () => {
        for (; performance.now() < until; done++) await doings[name]?.();
      }),
    ),
  );
  // Coming and going are lines of the group, too.
  const [open = ""] = talks;
  last.set(open, (await conversation(everybody[0] as Person, open)).lastSeq);
  for (const reader of readers) {
    for (const talk of talks) {
      const latest = () => reader.messages.findLast(({ conversationId }) => conversationId === talk)?.seq;
      // Not expect.poll, which would hold on to what the reader holds until the test is over.
      await vi.waitFor(() => expect(latest()).toBe(last.get(talk)), 20_000);
      const numbers = reader.numbers().get(talk) ?? [];
      // A replay may begin before the reader did.
      const [began = 0] = numbers;
      expect(began).toBeLessThanOrEqual(first.get(talk) as number);
      expect(numbers).toEqual(upTo(numbers.length).map((n) => n + began - 1));
    }
  }
  await Promise.all(readers.map((reader) => reader.stop()));
  await expect.poll(() => hub().size).toBe(0);
  await expect.poll(() => here.answers.size).toBe(0);
  return done;
}

test(`${SECONDS} s of everything at once leave nothing behind and lose nothing`, { timeout: patience(60_000) }, async () => {
  // What is made once (prepared statements, compiled code, caches) is there after a first while.
  await live(length(5, 60));
  const before = await held();
  const from = sent;
  const done = await live(SECONDS);
  const after = await held();
  // Connections to the database and of fetch come and go by themselves, up to a dozen of each.
  for (const kind of ["timers", "sockets"] as const) expect(after[kind]).toBeLessThan(before[kind] + 25);
  expect(after.listeners).toEqual(before.listeners);
  for (const { id } of [...everybody, ...guests]) expect(hub().streamsOf(id)).toBe(0);
  expect(after.heap - before.heap).toBeLessThan(10 * 2 ** 20);
  const change = (kind: "timers" | "sockets") => `${before[kind]} → ${after[kind]}`;
  tell("soak", {
    seconds: SECONDS,
    messages: sent - from,
    doings: done,
    lost: 0,
    "MiB of heap": `${(before.heap / 2 ** 20).toFixed(1)} → ${(after.heap / 2 ** 20).toFixed(1)}`,
    timers: change("timers"),
    sockets: change("sockets"),
    "streams left": hub().size,
  });
});
