import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { hub } from "@/lib/server/realtime/hub";
import { database } from "../support/database";
import { Follower, upTo } from "../support/follower";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people, person } from "../support/person";
import { group } from "../support/talk";

let host: ListeningHost;
let follower: Follower;
const url = () => host.url;

beforeAll(async () => {
  host = await listen();
});

afterEach(() => follower.stop());

afterAll(() => host.close());

test("a transaction that stays open holds nothing back, and what it brings late is not missed", async () => {
  const [reader, writer] = (await people(2, "late")) as [Person, Person];
  const talk = await group(reader, writer);
  const other = await group(reader, writer, await person("late3"));
  follower = new Follower(url, reader.token);
  await follower.live;

  const { commit } = await openTransaction(other, writer);
  for (const i of upTo(20)) await send(url, writer, talk, `${i}`);
  await expect.poll(() => follower.numbers().get(talk)).toEqual(upTo(20));
  follower.cut();
  await commit();
  await expect.poll(() => follower.numbers().get(other)).toEqual([1]);
  expect(follower.numbers().get(talk)).toEqual(upTo(20));
});

test("while a transaction stays open, each look at the log reads what is new and not all since it began", async () => {
  const [reader, writer] = (await people(2, "long")) as [Person, Person];
  const talk = await group(reader, writer);
  const other = await group(reader, writer, await person("long3"));
  follower = new Follower(url, reader.token);
  await follower.live;

  const { xid, commit } = await openTransaction(other, writer);
  const looks = looksAtTheLog(xid);
  for (const i of upTo(100)) await send(url, writer, talk, `${i}`);
  await expect.poll(() => follower.numbers().get(talk)).toEqual(upTo(100));
  await expect.poll(looks, { timeout: 10_000 }).toMatchObject({ events: 100 });
  // Three more come by the clock and find nothing; another message is one event more, in one of them.
  const { count } = await looks();
  await expect.poll(async () => (await looks()).count, { timeout: 10_000 }).toBeGreaterThan(count + 2);
  await send(url, writer, talk, "101");
  await expect.poll(looks, { timeout: 10_000 }).toMatchObject({ events: 101 });
  // Or lower, where other files have transactions open too.
  expect(hub().cursor.position).toBeLessThanOrEqual(xid);

  await commit();
  await expect.poll(looks, { timeout: 10_000 }).toMatchObject({ events: 102 });
  await expect.poll(() => follower.numbers().get(other)).toEqual([1]);
  expect(follower.numbers().get(talk)).toEqual(upTo(101));
  expect(follower.repeats).toBe(0);
  await expect.poll(() => hub().cursor.position, { timeout: 10_000 }).toBeGreaterThan(xid);
});

/** How often this process has looked at the log from here on, and how many events it was told of, from a transaction on. */
function looksAtTheLog(since: number): () => Promise<{ count: number; events: number }> {
  const queries = vi.spyOn(pool(), "query");
  return async () => {
    const names = queries.mock.calls.map(([asked]) => (asked as unknown as { name: string }).name);
    const tails = queries.mock.results.filter((_, i) => names[i] === "event_tail");
    const answers: pg.QueryResult[] = await Promise.all(tails.map(({ value }) => value));
    return { count: answers.length, events: answers.flatMap(({ rows }) => rows).filter(({ xid }) => Number(xid) >= since).length };
  };
}

/** Writes a message and keeps its transaction open. */
async function openTransaction(conversationId: string, sender: Person): Promise<{ xid: number; commit: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: database() });
  client.on("error", () => {});
  await client.connect();
  await client.query("BEGIN");
  const { rows } = await client.query<{ xid: string }>("SELECT pg_current_xact_id()::text AS xid");
  await client.query(
    `WITH sent AS (
       INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at)
       VALUES (gen_random_uuid(), $1, 1, $2, 'late', now()) RETURNING id, seq
     )
     INSERT INTO events (xid, type, conversation_id, message_id, user_id, seq)
     SELECT pg_current_xact_id()::text::bigint, 'message', $1, id, $2, seq FROM sent`,
    [conversationId, sender.id],
  );
  return {
    xid: Number(rows[0]?.xid),
    async commit() {
      await client.query("COMMIT");
      await client.end();
    },
  };
}
