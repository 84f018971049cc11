import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { STREAM_HEARTBEAT_MS } from "@/lib/protocol/limits";
import { pool } from "@/lib/server/db";
import { parseCursor } from "@/lib/server/realtime/cursor";
import { hub } from "@/lib/server/realtime/hub";
import { sql } from "../support/database";
import { isMessage, openStream, ready, reset, saying } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import { openTransaction } from "../support/open-transaction";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people, signIn } from "../support/person";
import { fill, group } from "../support/talk";

let host: ListeningHost;
let reader: Person;
let writer: Person;
let talk: string;

beforeAll(async () => {
  // The hub's clock is ours, so that nobody has to wait for a heartbeat, and the log is read when the test says so.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  host = await listen();
  [reader, writer] = (await people(2, "order")) as [Person, Person];
  talk = await group(reader, writer);
});

afterAll(async () => {
  vi.useRealTimers();
  await host.close();
});

const say = (content: string) => send(() => host.url, writer, talk, content);
const stream = (from?: string) => openStream(host.url, { token: reader.token, from });
const contents = (events: { name: string; data: { content: string } }[]) =>
  events.filter(isMessage as never).map(({ data }) => data.content);

/** Reads the log up to here. */
async function readUpTo(xid: number): Promise<void> {
  await vi.waitUntil(
    () => {
      vi.advanceTimersByTime(1_000);
      return hub().cursor.position > xid;
    },
    { timeout: 10_000 },
  );
}

/** How often this process has looked at the log from here on. */
function looks(): () => number {
  const queries = vi.spyOn(pool(), "query");
  return () => queries.mock.calls.filter(([asked]) => /^event_(tail|look)$/.test((asked as unknown as { name: string }).name)).length;
}

test("who is cut off in a replay resumes below all that was still to come, in whatever order it was begun", async () => {
  const { id: from } = await (await stream()).first(ready);
  const late = await openTransaction();
  const other = await group(reader, writer);
  await say("begun later, written first");
  await say("and second");
  await late.write(other, writer);
  await late.commit();
  await readUpTo(late.xid);

  const first = await stream(from);
  const { id } = await first.first(saying("begun later, written first"));
  await first.first(ready);
  expect(contents(first.events)).toEqual(["begun later, written first", "and second", "late"]);
  const resumed = await stream(id);
  await resumed.first(ready);
  expect(contents(resumed.events)).toEqual(["and second", "late"]);
});

test("what came by way of the log first is not shown again by the server that wrote it", async () => {
  await say("to be read");
  const live = await stream();
  await live.first(ready);
  const publish = vi.spyOn(hub(), "publish").mockImplementationOnce(() => {});
  await say("read from the log");
  const [event] = publish.mock.calls[0] ?? [];
  if (!event) throw new Error("Nothing was published.");
  await readUpTo(event.xid);
  await live.first(saying("read from the log"));
  hub().publish(event, "group");
  await say("and then");
  await live.first(saying("and then"));
  expect(contents(live.events)).toEqual(["read from the log", "and then"]);
});

test("what was published is not shown again when the log is read", async () => {
  const live = await stream();
  await live.first(ready);
  const publish = vi.spyOn(hub(), "publish");
  await say("to begin with");
  await say("published");
  await live.first(saying("published"));
  await readUpTo(publish.mock.calls.at(-1)?.[0].xid ?? 0);
  await say("and then");
  await live.first(saying("and then"));
  expect(contents(live.events)).toEqual(["to begin with", "published", "and then"]);
});

test("a heartbeat does not overtake a replay: its cursor would skip what is still to come", async () => {
  const { id: from } = await (await stream()).first(ready);
  const long = await group(reader, writer);
  // More than the buffers of the kernel hold, so that the replay has to wait for its reader.
  await fill(long, writer, 1_500, "🙂".repeat(4_000));
  const [row] = await sql<{ xid: string }>("SELECT max(xid) AS xid FROM events");
  await readUpTo(Number(row?.xid));

  const slow = await stream(from);
  slow.pause();
  await vi.waitUntil(() => [...host.answers].some((answer) => answer.writableNeedDrain), { timeout: 10_000 });
  vi.advanceTimersByTime(STREAM_HEARTBEAT_MS);
  slow.resume();
  await slow.first(ready);
  expect(slow.comments()).toBeGreaterThan(0);
  expect(slow.events.slice(0, slow.events.findIndex(ready)).map(({ name }) => name)).not.toContain("ping");
  vi.advanceTimersByTime(STREAM_HEARTBEAT_MS);
  await slow.first(({ name }) => name === "ping");
});

test("the stream of a session that was ended where nobody here could hear of it ends", async () => {
  const device = await signIn(reader);
  const theirs = await openStream(host.url, { token: device.token });
  const mine = await stream();
  await Promise.all([theirs.first(ready), mine.first(ready)]);
  await sql("DELETE FROM sessions WHERE id = $1", [device.sessionId]);
  vi.advanceTimersByTime(5_000);
  await theirs.first(({ name }) => name === "signed_out");
  await theirs.ended;
  await say("for those who stay");
  await mine.first(saying("for those who stay"));
});

test("a log that is cleared away to its last event lets nobody who has seen it all load afresh", async () => {
  const live = await stream();
  await live.first(ready);
  await say("the last");
  await live.first(saying("the last"));
  const [row] = await sql<{ xid: string }>("SELECT max(xid) AS xid FROM events");
  await readUpTo(Number(row?.xid));
  vi.advanceTimersByTime(STREAM_HEARTBEAT_MS);
  const { id } = await live.first((event) => event.name === "ping" && parseCursor(event.id)?.position === Number(row?.xid) + 1);
  await sql("WITH gone AS (DELETE FROM events RETURNING xid) UPDATE epochs SET pruned_xid = (SELECT max(xid) FROM gone)");
  const queries = looks();
  await vi.waitUntil(() => {
    vi.advanceTimersByTime(1_000);
    return queries() > 2;
  });
  await say("after it");
  await live.first(saying("after it"));
  const back = await stream(id);
  await back.first(ready);
  expect(contents(back.events)).toEqual(["after it"]);
  for (const each of [live, back]) expect(each.events.some(reset)).toBe(false);
});

test("a log that has gone back in time makes every open screen load afresh, under another epoch", async () => {
  const live = await stream();
  const { id: before } = await live.first(ready);
  await say("will never have happened");
  await live.first(saying("will never have happened"));
  const [row] = await sql<{ xid: string }>("SELECT max(xid) AS xid FROM events");
  await readUpTo(Number(row?.xid));
  // As a folder that was put back under a running server: less in the log than was seen of it, and another history.
  await sql("DELETE FROM events");
  await sql("UPDATE epochs SET pruned_xid = 0, system_identifier = ''");
  vi.advanceTimersByTime(1_000);
  await live.ended;
  const { id: after } = await (await stream(before)).first(reset);
  expect(parseCursor(after)?.epoch).not.toBe(parseCursor(before)?.epoch);
  await (await stream(before)).first(reset);
  await (await stream(after)).first(ready);
});
