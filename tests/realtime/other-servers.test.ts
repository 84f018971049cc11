import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { hub } from "@/lib/server/realtime/hub";
import { database, sql } from "../support/database";
import { isMessage, openStream, type Received, ready, saying } from "../support/event-stream";
import { upTo } from "../support/follower";
import { add, makeGroup, onlineIn } from "../support/groups";
import { type ListeningHost, listen } from "../support/listening-host";
import { type Person, signIn } from "../support/person";
import { fill, group, pair, send, somebody } from "../support/talk";

let host: ListeningHost;
/** Another server, as far as the channel goes, and all that it has heard. */
let other: pg.Client;
let heard: string[];
let alive: NodeJS.Timeout;

async function join(): Promise<void> {
  other = new pg.Client({ connectionString: database() });
  await other.connect();
  other.on("notification", ({ processId, payload }) => {
    if (processId !== pid()) heard.push(...(payload ?? "").split(","));
  });
  await other.query("LISTEN parley");
  await tell("hello");
}

const pid = () => (other as unknown as { processID: number }).processID;
const tell = (words: string) => other.query("SELECT pg_notify('parley', $1)", [words]);
const hears = (word: string) => expect.poll(() => heard, { timeout: 10_000 }).toContain(word);

beforeAll(async () => {
  host = await listen();
  await hub().ready();
});

beforeEach(async () => {
  heard = [];
  await join();
  // A server of which nothing is heard is gone after a while, and its people with it.
  alive = setInterval(() => void tell("here").catch(() => {}), 2_000);
  await hears("here");
});

afterEach(async () => {
  vi.restoreAllMocks();
  clearInterval(alive);
  await other.end();
});

afterAll(() => host.close());

async function live(who: Person, from?: string) {
  const stream = await openStream(host.url, { token: who.token, from });
  await stream.first(ready);
  return stream;
}

/** Two who share a conversation, one of them here and the other one on the other server. */
async function apart() {
  const { one, other: two, id } = await pair();
  await send(one, id, "hello");
  const say = (content: string) => send(one, id, content);
  const stream = await live(one);
  await tell(`here,online ${two.id}`);
  const told = (what: "online" | "offline") => (event: Received) => event.name === "presence" && event.data[what].includes(two.id);
  await stream.first(told("online"));
  return { stream, two, told, say };
}

/** As a network that fails for a moment: the connection comes back by itself, as another one. */
async function cutHints(): Promise<void> {
  heard = [];
  await sql(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'parley hints'`,
  );
  await hears("hello");
}

test("who has gone on another server while this one could not hear of it shows as gone", async () => {
  const { stream, told } = await apart();
  await cutHints();
  await tell("here");
  await stream.first(told("offline"));
  stream.cut();
});

test("who is still there is not shown as gone meanwhile", async () => {
  const { stream, told } = await apart();
  const stays = await apart();
  await cutHints();
  await tell(`here,online ${stays.two.id}`);
  await stream.first(told("offline"));
  await stays.say("still there?");
  await stays.stream.first(saying("still there?"));
  expect(stays.stream.events.some(stays.told("offline"))).toBe(false);
  for (const each of [stream, stays.stream]) each.cut();
});

test("a server that comes back under another connection takes with it at once who has gone meanwhile", async () => {
  const { stream, told } = await apart();
  const before = pid();
  clearInterval(alive);
  await other.end();
  await join();
  alive = setInterval(() => void tell("here").catch(() => {}), 2_000);
  await tell(`was${before},here`);
  const saidAt = performance.now();
  await stream.first(told("offline"));
  // Without a word it is taken for gone after 16 seconds.
  expect(performance.now() - saidAt).toBeLessThan(10_000);
  stream.cut();
});

test("who comes to a group on another server is shown to those who are in it here, and those here to them", async () => {
  const [ann, bob] = await Promise.all([somebody(), somebody()]);
  const stream = await live(ann);
  await tell(`here,online ${bob.id}`);
  const { id } = await makeGroup(ann, []);
  const told = (event: Received) => event.name === "presence" && event.data.online.includes(bob.id);
  await add(ann, id, bob);
  await tell(`met ${bob.id}`);
  await stream.first(told);

  const cid = await somebody();
  const theirs = await live(cid);
  await add(ann, id, cid);
  await hears(`met ${cid.id}`);
  await theirs.first(told);
  for (const each of [stream, theirs]) each.cut();
});

test("who of a group is online is counted once, on however many servers they are", async () => {
  const [ann, bob] = await Promise.all([somebody(), somebody()]);
  const id = await group(ann, bob);
  const streams = await Promise.all([ann, bob].map((who) => live(who)));
  // Of the two, this server now has the greater number.
  await cutHints();
  await tell(`here,online ${bob.id}`);
  const asked = onlineIn(ann, id);
  await hears(`count ${id}`);
  await hears(`counted ${id} 1`);
  await tell(`counted ${id} 7`);
  expect(await asked).toBe(8);
  for (const stream of streams) stream.cut();
});

test("a server that does not say how many are online there keeps nobody waiting", async () => {
  const [ann, bob] = await Promise.all([somebody(), somebody()]);
  const id = await group(ann, bob);
  const stream = await live(ann);
  const askedAt = performance.now();
  expect(await onlineIn(ann, id)).toBe(1);
  expect(performance.now() - askedAt).toBeLessThan(5_000);
  stream.cut();
});

test("a sign-out elsewhere makes this server forget that session, and no other", async () => {
  const ann = await somebody();
  const phone = await signIn(ann);
  const ask = ({ token }: Person) => fetch(`${host.url}/api/auth_user`, { headers: { Authorization: `Bearer ${token}` } });
  const stream = await live(phone);
  for (const device of [ann, phone]) expect((await ask(device)).status).toBe(200);
  await sql("DELETE FROM sessions WHERE id = $1", [phone.sessionId]);
  const queries = vi.spyOn(pool(), "query");
  await tell(`sessions,-${phone.sessionId}`);
  await stream.ended;
  expect(stream.events.at(-1)?.name).toBe("signed_out");
  expect((await ask(ann)).status).toBe(200);
  const names = queries.mock.calls.map(([asked]) => (asked as unknown as { name: string }).name);
  expect(names.filter((name) => /sessions?_/.test(name) || name === "live_sessions")).toEqual([]);
  expect((await ask(phone)).status).toBe(401);
});

test("a server that has missed much reads it some at a time, and delivers all of it in order", async () => {
  const [ann, bob] = await Promise.all([somebody(), somebody()]);
  const id = await group(ann, bob);
  const stream = await live(bob);
  const queries = vi.spyOn(pool(), "query");
  await fill(id, ann, 3_000, "missed");
  await expect.poll(() => stream.events.filter(isMessage).length, { timeout: 20_000 }).toBe(3_000);
  expect(stream.events.filter(isMessage).map(({ data }) => data.seq)).toEqual(upTo(3_000));
  const answers = await Promise.all(queries.mock.results.map(({ value }) => value as Promise<{ rows: { content?: string }[] }>));
  const most = Math.max(...answers.map(({ rows }) => rows.filter(({ content }) => content === "missed").length));
  expect(most).toBeLessThanOrEqual(500);
  stream.cut();
});

test("a server that has missed too much reads none of it: its clients come back at scattered times, and catch up by themselves", async () => {
  const [ann, bob, cid] = (await Promise.all([somebody(), somebody(), somebody()])) as [Person, Person, Person];
  const id = await group(ann, bob);
  const quiet = await group(ann, cid);
  await send(ann, quiet, "seen");
  const streams = await Promise.all([live(bob), live(cid), live(cid), live(cid), live(cid)]);
  const { id: from } = await streams[1].first(ready);
  await fill(id, ann, 20_001, "missed");
  await Promise.all(streams.map((stream) => stream.ended));
  expect(streams[0].events.filter(isMessage)).toEqual([]);
  expect(new Set(streams.map((stream) => stream.retry())).size).toBeGreaterThan(1);
  await send(ann, quiet, "meanwhile");
  const back = await live(cid, from);
  expect(back.events.filter(isMessage).map(({ data }) => data.content)).toContain("meanwhile");
  expect(back.events.some(({ name }) => name === "reset")).toBe(false);
  back.cut();
});
