import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { newId } from "@/lib/server/ids";
import { Hints } from "@/lib/server/realtime/hints";
import { hub } from "@/lib/server/realtime/hub";
import type { LoggedEvent } from "@/lib/server/realtime/kinds";
import { database, sql } from "../support/database";
import { openStream, ready, saying } from "../support/event-stream";
import { deaf } from "../support/hints";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently } from "../support/persistent-send";
import type { Person } from "../support/person";
import { group, pair, somebody } from "../support/talk";

let host: ListeningHost;
/** Another server, as far as the channel goes, and all that it has heard. */
let other: pg.Client;
let heard: string[];

beforeAll(async () => {
  host = await listen();
  await hub().ready();
  other = new pg.Client({ connectionString: database() });
  await other.connect();
  heard = [];
  other.on("notification", ({ processId, payload }) => {
    if (processId !== (other as unknown as { processID: number }).processID) heard.push(payload ?? "");
  });
  await other.query("LISTEN parley");
});

afterEach(() => vi.restoreAllMocks());

afterAll(async () => {
  await other.end();
  await host.close();
});

const tell = (words: string) => other.query("SELECT pg_notify('parley', $1)", [words]);
const say = (who: Person, where: string, content: string) => sendPersistently(() => host.url, who, where, content);

/** The next that is heard and satisfies. */
async function hears(wanted: (words: string[]) => boolean): Promise<string[]> {
  await expect.poll(() => heard.some((payload) => wanted(payload.split(",")))).toBe(true);
  return heard.find((payload) => wanted(payload.split(",")))?.split(",") ?? [];
}

const begins = (sign: string) => (words: string[]) => words.some((word) => word.startsWith(sign));

async function live(who: Person) {
  const stream = await openStream(host.url, { token: who.token });
  await stream.first(ready);
  return stream;
}

test("a server says whether anybody has a stream open there, and when somebody comes", async () => {
  await tell("hello");
  expect(await hears(begins("here"))).toContain("idle");
  heard = [];
  const stream = await live(await somebody());
  expect(await hears(begins("here"))).not.toContain("idle");
  stream.cut();
});

test("a server at which nobody has a stream open is told of no events, and of what it missed when somebody comes", async () => {
  const { one, id } = await pair();
  await tell("here,idle");
  await tell("hello,idle");
  await hears(begins("here"));
  heard = [];
  for (let i = 0; i < 5; i++) await say(one, id, "for nobody there");
  await tell("here");
  await hears((words) => words.includes("events"));
  expect(heard.filter((payload) => payload.startsWith("events"))).toEqual(["events"]);
  await say(one, id, "from here on");
  await hears(begins("="));
});

test("a hint carries what is said between two; of a group, from which people can be removed, it names the topic", async () => {
  const { one, id } = await pair();
  const many = await group(one, await somebody());
  await tell("here");
  for (const where of [id, many]) await say(one, where, "first");
  await hears((words) => words.includes(`+${many}`));
  heard = [];
  await say(one, many, "to the group");
  expect(await hears(begins("events"))).toEqual(["events", `+${many}`]);
  heard = [];
  await say(one, id, "to one");
  expect(await hears(begins("events"))).toEqual(["events", expect.stringMatching(/^=/)]);
});

test("the first message of a conversation names its people, who do not listen to it yet", async () => {
  const { one, other: two, id } = await pair();
  await tell("here");
  await say(one, id, "first");
  const words = await hears((all) => all.includes(`+${id}`));
  expect(words.toSorted()).toEqual(["events", `+${id}`, `+${one.id}`, `+${two.id}`].toSorted());
});

test("events go out in as many notifications as it takes, each within what PostgreSQL takes; where topics are too many to be named, none is", async () => {
  const elsewhere = new Hints({ ...deaf, isListening: () => true });
  heard = [];
  await expect
    .poll(async () => {
      await tell("here");
      elsewhere.committedIn([newId()]);
      return heard.some((payload) => payload.includes("+"));
    })
    .toBe(true);
  heard = [];
  const read = (id: number, userId: string): LoggedEvent => ({ id, xid: 1, topic: newId(), version: 1, type: "read", userId, seq: 1 });
  // Of two bytes each, which is what PostgreSQL counts.
  const short = Array.from({ length: 40 }, (_, i) => read(i, "ü".repeat(900)));
  const long = read(41, "ü".repeat(4_000));
  for (const event of [...short, long]) elsewhere.committed(event);
  elsewhere.tell(`online ${newId()}`);
  await hears(begins("online"));
  for (const payload of heard) expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
  const words = heard.flatMap((payload) => payload.split(","));
  for (const { topic } of short) expect(words.filter((word) => word.startsWith(`=${topic}`))).toHaveLength(1);
  expect(words).toContain(`+${long.topic}`);
  heard = [];
  elsewhere.committedIn(Array.from({ length: 1_000 }, newId));
  expect(await hears(begins("events"))).toEqual(["events"]);
  await elsewhere.stop();
});

test("what another server says of a direct conversation is shown without a look at the log, and not again by one", async () => {
  const { one, other: two, id } = await pair();
  const stream = await live(two);
  await say(one, id, "first");
  await stream.first(saying("first"));
  const elsewhere = new Hints({ ...deaf, isListening: () => true });
  await hears((words) => words.includes("hello"));
  const [row] = await sql<{ id: string; xid: string; version: number; created_at: Date }>(
    `WITH sent AS (
       INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at) VALUES ($1, $2, 2, $3, 'passed on', now()) RETURNING created_at
     ), numbered AS (UPDATE conversations SET last_seq = 2 WHERE id = $2 RETURNING participants_version AS version)
     INSERT INTO events (xid, type, conversation_id, message_id, user_id, seq)
     VALUES (pg_current_xact_id()::text::bigint, 'message', $2, $1, $3, 2)
     RETURNING id, xid, (SELECT version FROM numbered), (SELECT created_at FROM sent)`,
    [newId(), id, one.id],
  );
  if (!row) throw new Error("Nothing was written.");
  const message = {
    message_id: newId(),
    conversation_id: id,
    seq: 2,
    content: "passed on",
    client_id: null,
    version: 1,
    created_at: row.created_at,
  };
  const sender = { user_id: one.id, username: one.username, name: null, avatar_id: null };
  const key = { id: Number(row.id), xid: Number(row.xid), topic: id, version: row.version };
  const queries = vi.spyOn(pool(), "query");
  elsewhere.committed({ ...key, type: "message", senderId: one.id, seq: 2, message: { ...message, ...sender }, audience: null });
  await stream.first(saying("passed on"));
  const asked = (name: string) => queries.mock.calls.filter(([one]) => (one as unknown as { name: string }).name === name).length;
  expect(asked("event_look")).toBe(0);
  await say(one, id, "and then");
  await stream.first(saying("and then"));
  // The poll has read it as well by then.
  await expect.poll(() => asked("event_tail"), { timeout: 5_000 }).toBeGreaterThan(1);
  expect(stream.events.filter(saying("passed on"))).toHaveLength(1);
  stream.cut();
  await elsewhere.stop();
});

test("what stands on the channel in the place of an event, and is none, harms nobody: the log is read", async () => {
  const { one, other: ben, id } = await pair();
  const reader = await live(ben);
  const behindItsBack = vi.spyOn(hub(), "publish").mockImplementation(() => {});
  await say(one, id, "only in the log");
  behindItsBack.mockRestore();
  await tell("events,=bm90IEpTT04,=");
  expect((await reader.first(saying("only in the log"))).data.content).toBe("only in the log");
  reader.cut();
});
