import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatCursor } from "@/lib/server/realtime/cursor";
import { presentCursor } from "@/lib/server/realtime/present";
import { sql } from "../support/database";
import { openStream, ready, saying } from "../support/event-stream";
import { upTo } from "../support/follower";
import { length, patience, tell } from "../support/lengths";
import { type Person, person } from "../support/person";
import { slow } from "../support/pictures";
import { type RunningServer, startServer } from "../support/server";
import { fill, talk } from "../support/talk";

/** Pairs of people who talk while the attacker does what they do, each pair five times a second. */
const PAIRS = 8;
const EVERY_MS = 200;

const ATTACK_MS = length(3_000, 30_000);

/**
 * Milliseconds that a delivery may take at its slowest percent, however quick it is in quiet: what a clock beside an attack
 * can tell. In a few seconds on a machine that does other things too that is one or two deliveries, of which only those
 * tell something that a server has held up for seconds.
 */
const NOTICEABLE_MS = length(2_000, 25);

const MIB = 2 ** 20;

type Attack = {
  method?: string;
  paths: string[];
  headers?: Record<string, string>[];
  /** What is sent: a text, so many bytes, or these. */
  body?: string;
  bytes?: number;
  file?: Uint8Array;
  /** Connections at a time. */
  at?: number;
  take?: "all" | "first" | "nothing";
};

let server: RunningServer;
let attacker: Person;
let links: string;
/** Milliseconds of the slowest percent of deliveries while nobody attacks. */
let quiet: number;
/** Bytes before the first attack. */
let before: number;
/** Where the attacker's log stood before anything happened in it. */
let longAgo: string;

beforeAll(async () => {
  Object.assign(process.env, { RATE_LIMIT: "on" });
  // The attacker comes by ::1, everybody else by 127.0.0.1; neither is a proxy.
  const NODE_OPTIONS = `--import=${resolve("bench/settle.mjs")}`;
  server = await startServer({ env: { HOST: "::", RATE_LIMIT: "on", TRUST_PROXY: "0", NODE_OPTIONS } });
  attacker = await person("attacker");
  links = (await talk(attacker, await person("friend"))).id;
  longAgo = formatCursor(await presentCursor());
  // Before the first stream, with which the server begins to read the log.
  await talkedMuch();
  await fill(links, attacker, 50, "a.co ".repeat(800));
  for (const someone of upTo(30).map((n) => `stranger${n}`)) await talk(attacker, await person(someone));
  pairs = await Promise.all(upTo(PAIRS).map(begin));
  // What is compiled and loaded once is there before anything is measured.
  const worth = [{ paths: [`/c/${links}`, "/", "/sign-in", "/nothing"], headers: [cookie(attacker)], at: 2 }];
  for (const page of worth) await (await attack(page, 1_000)).stop();
  await deliveries(2_000);
  quiet = await deliveries(ATTACK_MS);
  collectGarbage();
  await deliveries(EVERY_MS);
  before = memory();
});

afterAll(() => server.stop());

const cookie = ({ token }: Person) => ({ cookie: `parley.session=${token}`, "sec-fetch-site": "same-origin" });

type Pair = { say(text: string): Promise<number> };
let pairs: Pair[];

/** Two people, and how long a word of one takes to the other. */
async function begin(n: number): Promise<Pair> {
  const [one, other] = await Promise.all([person(`one${n}`), person(`other${n}`)]);
  const { id } = await talk(one, other);
  const stream = await openStream(server.url, other);
  await stream.first(ready);
  return {
    async say(content) {
      const from = performance.now();
      const sent = fetch(`${server.url}/api/conversations/${id}/messages`, {
        method: "POST",
        headers: { Authorization: `Bearer ${one.token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ content }),
      });
      await stream.first(saying(content));
      const took = performance.now() - from;
      stream.events.length = 0;
      expect((await sent).status).toBe(201);
      return took;
    },
  };
}

let said = 0;

/** Milliseconds of the slowest percent of all deliveries in a while. */
async function deliveries(ms: number): Promise<number> {
  const until = performance.now() + ms;
  const took: number[] = [];
  await Promise.all(
    pairs.map(async ({ say }, i) => {
      await sleep((EVERY_MS / PAIRS) * i);
      while (performance.now() < until) {
        const next = sleep(EVERY_MS);
        took.push(await say(String(said++)));
        await next;
      }
    }),
  );
  return took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)] as number;
}

/** Compared is what is held. The collector itself may wait for more than a minute where nothing happens any more. */
function collectGarbage(): void {
  process.kill(server.pid, "SIGUSR2");
}

/** Bytes that the server's process holds, and the kernel for the connections of this machine where it tells. */
function memory(): number {
  const resident = Number(execFileSync("ps", ["-o", "rss=", "-p", String(server.pid)], { encoding: "utf8" })) * 1024;
  const sockets = existsSync("/proc/net/sockstat") ? /TCP:.* mem (\d+)/.exec(readFileSync("/proc/net/sockstat", "utf8")) : null;
  return resident + Number(sockets?.[1] ?? 0) * 4096;
}

/** Goes on until it is stopped, or for `ms`; `stop` tells how often each status was the answer. */
async function attack({ at = 8, ...options }: Attack, ms?: number) {
  const worker = new Worker(new URL("../support/attacker.mjs", import.meta.url), {
    workerData: { host: "::1", port: server.port, at, ...options },
  });
  const ended = new Promise<Record<string, number>>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  if (ms !== undefined) await sleep(ms);
  return {
    stop() {
      worker.postMessage("stop");
      return ended;
    },
  };
}

/** Hundreds of thousands of events in hundreds of conversations of the attacker, as years would leave them. */
async function talkedMuch(): Promise<void> {
  await sql(
    `WITH made AS (INSERT INTO conversations (id, kind) SELECT gen_random_uuid(), 'group' FROM generate_series(1, 500) RETURNING id),
          joined AS (INSERT INTO participants (conversation_id, user_id) SELECT id, $1 FROM made)
     INSERT INTO events (xid, type, conversation_id, user_id, seq)
     SELECT pg_current_xact_id()::text::bigint, 'read', id, $1, n FROM made, generate_series(1, 600) n`,
    [attacker.id],
  );
}

const chunk = () => {
  const folder = ".next/static/chunks";
  const size = (name: string) => statSync(`${folder}/${name}`).size;
  return `/_next/static/chunks/${readdirSync(folder).sort((a, b) => size(b) - size(a))[0]}`;
};

const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

const attacks: Record<string, () => Attack | Promise<Attack>> = {
  "bodies of 10 MB sent to pages": () => ({ method: "POST", paths: ["/sign-in", `/c/${links}`], bytes: 10 * MIB - 1, at: length(40, 200) }),
  "a page of forty thousand links, again and again": () => ({ paths: [`/c/${links}`], headers: [cookie(attacker)] }),
  "a time zone of its own with each request": () => ({
    paths: ["/sign-in"],
    headers: letters.flatMap((a) => letters.map((b) => ({ cookie: `parley.clock=Europe/Lisbon|en-${a}${b}` }))),
  }),
  "addresses of 15 KB": () => ({ paths: [`/api/${"x".repeat(15_000)}{n}`, `/${"y".repeat(15_000)}{n}`] }),
  "tokens that are guessed": () => ({ paths: ["/api/conversations"], headers: [{ authorization: "Bearer guess{n}" }] }),
  "passwords that are guessed": () => ({
    method: "POST",
    paths: ["/api/login"],
    headers: [{ "content-type": "application/json" }],
    body: JSON.stringify({ username: "one{n}", password: "password{n}" }),
  }),
  "answers that nobody takes, of somebody who is signed in": () => ({
    paths: [`/api/conversations/${links}/messages?limit=100`],
    headers: [cookie(attacker)],
    at: length(200, 1_000),
    take: "nothing",
  }),
  "answers that nobody takes, of nobody": () => ({ paths: [chunk()], at: length(400, 3_000), take: "nothing" }),
  "pictures that take long to decode, of many people": async () => {
    const people = await Promise.all(upTo(10).map((n) => person(`painter${n}`)));
    const headers = people.map(({ token }) => ({ authorization: `Bearer ${token}`, "content-type": "image/png" }));
    return { method: "PUT", paths: ["/api/auth_user/avatar"], headers, file: await slow() };
  },
  "renames among many conversations": () => ({
    method: "PATCH",
    paths: ["/api/auth_user"],
    headers: [{ authorization: `Bearer ${attacker.token}`, "content-type": "application/json" }],
    body: JSON.stringify({ name: "Name {n}" }),
  }),
  "coming back with a cursor from long ago": () => ({
    paths: ["/api/messages"],
    headers: [{ authorization: `Bearer ${attacker.token}`, accept: "text/event-stream", "last-event-id": longAgo }],
    take: "first",
  }),
};

test.each(Object.entries(attacks).map(([name, make]) => ({ name, make })))(
  "$name: everybody else's messages arrive as before",
  { timeout: patience(60_000) },
  async ({ name, make }) => {
    const running = await attack(await make());
    const beside = await deliveries(ATTACK_MS);
    const most = memory();
    const answers = await running.stop();
    // 503 is how what is dear is refused while there is too much of it; 500 would be a fault.
    expect(Object.keys(answers)).not.toContain("500");
    tell(name, {
      "ms p99 of others, quiet": Math.round(quiet),
      "ms p99 of others, beside it": Math.round(beside),
      "MiB more than before the first attack": Math.round((most - before) / MIB),
      answers: JSON.stringify(answers),
    });
    expect(beside).toBeLessThan(Math.max(5 * quiet, NOTICEABLE_MS));
  },
);

test("a minute after the last of them the memory is what it was before the first", { timeout: patience(60_000) + 60_000 }, async () => {
  const held = () => {
    collectGarbage();
    return memory();
  };
  await expect.poll(held, { timeout: 60_000, interval: 1_000 }).toBeLessThan(before + 100 * MIB);
});
