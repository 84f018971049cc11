import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { formatCursor, parseCursor } from "@/lib/server/realtime/cursor";
import { hub } from "@/lib/server/realtime/hub";
import { presentCursor } from "@/lib/server/realtime/present";
import { pruneEvents } from "@/lib/server/realtime/retention";
import { database, sql } from "../support/database";
import { openStream, ready, reset, saying } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { group } from "../support/talk";

const WEEK = 7 * 86_400;

let host: ListeningHost;
let ann: Person;
let bob: Person;
let talk: string;

beforeAll(async () => {
  host = await listen();
  await hub().ready();
  [ann, bob] = (await people(2, "kept")) as [Person, Person];
  talk = await group(ann, bob);
});

beforeEach(() => sql("DELETE FROM events"));

afterAll(() => host.close());

/** Events as they stood in the log some days ago, each of a transaction of its own. */
async function log(count: number, daysAgo: number): Promise<void> {
  await sql(`DO $$ BEGIN FOR n IN 1..${count} LOOP
    INSERT INTO events (xid, type, conversation_id, user_id, seq, created_at)
    VALUES (pg_current_xact_id()::text::bigint, 'read', '${talk}', '${bob.id}', n, now() - interval '${daysAgo} days');
    COMMIT; END LOOP; END $$`);
}

/**
 * Repeats until this many have gone: transactions of other databases on the same PostgreSQL count as open too, and such
 * are about while other files run.
 */
async function pruned(count: number, prune = () => pruneEvents(WEEK)): Promise<void> {
  let gone = 0;
  await expect.poll(async () => (gone += await prune()), { timeout: 10_000 }).toBe(count);
}

const left = async () => (await sql<{ count: number }>("SELECT count(*)::int AS count FROM events"))[0]?.count;

test("what is older than is kept goes, all of it, and nothing else", async () => {
  await log(11_000, 8);
  await log(100, 6);
  await pruned(11_000);
  expect(await left()).toBe(100);
  expect(await pruneEvents(WEEK)).toBe(0);
});

test("servers that clear away at once take nothing out twice and never wait for each other", async () => {
  await log(6_000, 8);
  await pruned(6_000, async () => {
    const counts = await Promise.all(Array.from({ length: 6 }, () => pruneEvents(WEEK)));
    return counts.reduce((sum, count) => sum + count);
  });
  expect(await left()).toBe(0);

  await log(10, 8);
  const other = new pg.Client({ connectionString: database() });
  await other.connect();
  await other.query("SELECT pg_advisory_lock(hashtext('parley.prune_events'))");
  expect(await pruneEvents(WEEK)).toBe(0);
  await other.end();
  await pruned(10);
});

test("nothing goes that a transaction still open could make somebody resume before", async () => {
  const open = new pg.Client({ connectionString: database() });
  await open.connect();
  await open.query("BEGIN; SELECT pg_current_xact_id()");
  await log(5, 8);
  expect(await pruneEvents(WEEK)).toBe(0);
  await open.query("COMMIT");
  await open.end();
  await pruned(5);
});

test("who was away for longer than the log is kept loads afresh; who was not, misses nothing", async () => {
  const say = (content: string) => send(() => host.url, bob, talk, content);
  await say("long ago");
  const longAgo = await pointAfter("long ago");
  await log(20, 8);
  await say("old, but not that old");
  const lastWeek = await pointAfter("old, but not that old");
  await say("missed");
  await sql("UPDATE events SET created_at = now() - interval '8 days' WHERE xid < $1", [parseCursor(lastWeek)?.position]);
  await pruned(22);

  await (await openStream(host.url, { token: ann.token, from: longAgo })).first(reset);
  const back = await openStream(host.url, { token: ann.token, from: lastWeek });
  await back.first(saying("missed"));
  await back.first(ready);
  expect(back.events.some(reset)).toBe(false);
});

/** The cursor of a reader that has seen this message and caught up. */
async function pointAfter(content: string): Promise<string> {
  const [row] = await sql<{ epoch: string; xid: string }>(
    `SELECT right(epochs.epoch::text, 8) AS epoch, e.xid FROM epochs, events e JOIN messages m ON m.id = e.message_id WHERE m.content = $1`,
    [content],
  );
  const position = Number(row?.xid) + 1;
  // Nobody is given a cursor above what is still open, and transactions of other databases on the same PostgreSQL count as that.
  await expect.poll(async () => (await presentCursor()).position, { timeout: 10_000 }).toBeGreaterThanOrEqual(position);
  return formatCursor({ epoch: row?.epoch as string, position, eventId: 0 });
}
