import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { type Cursor, formatCursor } from "@/lib/server/realtime/cursor";
import { hub } from "@/lib/server/realtime/hub";
import { readMissed } from "@/lib/server/realtime/log";
import { presentCursor } from "@/lib/server/realtime/present";
import { database, sql } from "../support/database";
import { openStream, ready } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import { type Person, people, person } from "../support/person";

let host: ListeningHost;
let hoarder: Person;
let from: Cursor;

const CONVERSATIONS = 400;
const EVENTS_IN_EACH = 100;

beforeAll(async () => {
  host = await listen();
  await hub().ready();
  hoarder = await person("hoarder");
  from = await presentCursor();
  await sql(
    `WITH made AS (INSERT INTO conversations (id, kind) SELECT gen_random_uuid(), 'group' FROM generate_series(1, $2::int) RETURNING id)
     INSERT INTO participants (conversation_id, user_id) SELECT id, $1 FROM made`,
    [hoarder.id, CONVERSATIONS],
  );
  await sql(
    `INSERT INTO events (xid, type, conversation_id, user_id, seq)
     SELECT pg_current_xact_id()::text::bigint, 'read', conversation_id, $1, n FROM participants, generate_series(1, $2::int) n`,
    [hoarder.id, EVENTS_IN_EACH],
  );
  await sql("ANALYZE events, participants");
});
afterAll(() => host.close());

test("streams that come back hold up nobody's request, however long their look into the log takes", async () => {
  const [returning, others] = [await people(5, "returning"), await people(5, "staying")];
  const blocker = new pg.Client({ connectionString: database() });
  await blocker.connect();
  await blocker.query("BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE");
  const lastEventId = formatCursor(from);
  const streams = await Promise.all(
    Array.from({ length: 50 }, (_, i) => openStream(host.url, { token: returning[i % 5]?.token, from: lastEventId })),
  );
  const lists = others.map(({ token }) => fetch(`${host.url}/api/conversations`, { headers: { Authorization: `Bearer ${token}` } }));
  expect((await Promise.all(lists)).map(({ status }) => status)).toEqual(others.map(() => 200));

  await blocker.query("ROLLBACK");
  await blocker.end();
  for (const stream of streams) {
    await stream.first(ready);
    stream.cut();
  }
});

test("who has missed too much costs a look at no more events than a replay has at most", async () => {
  const asked = vi.spyOn(pool(), "query");
  const max = 1_000;
  expect(await readMissed(hoarder.id, from, max)).toBeNull();
  // The server's own looks go on meanwhile.
  const statements = asked.mock.calls.map(([statement]) => statement as unknown as { name: string; text: string; values: unknown[] });
  const { text, values } = statements.find(({ name }) => name === "event_missed") as (typeof statements)[number];
  asked.mockRestore();

  const [plan] = await sql<{ "QUERY PLAN": [{ Plan: Plan }] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${text.replace(/\$(\d)/g, (_, number) => `'${values[number - 1]}'`)}`,
  );
  const looked = scans(plan?.["QUERY PLAN"][0].Plan as Plan).filter(({ "Relation Name": relation }) => relation === "events");
  expect(looked.length).toBeGreaterThan(0);
  const rows = looked.reduce((sum, scan) => sum + scan["Actual Rows"] * scan["Actual Loops"], 0);
  // Those of the replay, and one for each time that the end of the log is looked up.
  expect(rows).toBeLessThan(max + 10);
});

test("what was missed comes in the order of ids", async () => {
  const missed = await readMissed(hoarder.id, from, 100_000);
  expect(missed?.keys).toHaveLength(CONVERSATIONS * EVENTS_IN_EACH);
  const ids = missed?.keys.map(({ id }) => id) as number[];
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
});

type Plan = { "Relation Name"?: string; "Actual Rows": number; "Actual Loops": number; Plans?: Plan[] };

function scans(plan: Plan): Plan[] {
  return [...(plan["Relation Name"] ? [plan] : []), ...(plan.Plans ?? []).flatMap(scans)];
}
