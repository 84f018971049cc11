import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { REPLAY_MAX, RESUME_CURSORS_MAX, STREAM_HEARTBEAT_MS } from "@/lib/protocol/limits";
import { type Cursor, formatCursor, parseCursor } from "@/lib/server/realtime/cursor";
import { hub } from "@/lib/server/realtime/hub";
import { sql } from "../support/database";
import { type EventStream, isMessage, openStream, type Received, ready, reset, saying } from "../support/event-stream";
import { length, patience, tell } from "../support/lengths";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { group } from "../support/talk";

let host: ListeningHost;
let ann: Person;
let bob: Person;
let talk: string;
const open: EventStream[] = [];

beforeAll(async () => {
  // The hub's clock is ours, so that nobody has to wait for a heartbeat.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  host = await listen();
  [ann, bob] = (await people(2, "contract")) as [Person, Person];
  talk = await group(ann, bob);
});

/** An account may hold a hundred streams at a time. */
afterEach(async () => {
  for (const stream of open.splice(0)) stream.cut();
  await expect.poll(() => hub().size).toBe(0);
});

afterAll(async () => {
  vi.useRealTimers();
  await host.close();
});

async function streamOf(person: Person, options: Parameters<typeof openStream>[1] = {}): Promise<EventStream> {
  const stream = await openStream(host.url, { token: person.token, ...options });
  open.push(stream);
  return stream;
}

const say = (person: Person, content: string) => send(() => host.url, person, talk, content);

test("every stream hears something at least every 20 seconds, and its cursor moves along", async () => {
  const streams = await Promise.all(Array.from({ length: 60 }, () => streamOf(ann)));
  await Promise.all(streams.map((stream) => stream.first(ready)));
  vi.advanceTimersByTime(STREAM_HEARTBEAT_MS);
  const ping = ({ name }: Received) => name === "ping";
  for (const stream of streams) expect(parseCursor((await stream.first(ping)).id)).toEqual(hub().cursor);
  expect(STREAM_HEARTBEAT_MS).toBeLessThanOrEqual(20_000);
  expect(streams.every((stream) => stream.comments() === 1)).toBe(true);
});

test("also where the server is so busy that its clock ticks late", async () => {
  const streams = await Promise.all(Array.from({ length: 8 }, () => streamOf(bob)));
  await Promise.all(streams.map((stream) => stream.first(ready)));
  const late = vi.spyOn(performance, "now").mockReturnValue(performance.now() + 10 * STREAM_HEARTBEAT_MS);
  vi.advanceTimersByTime(STREAM_HEARTBEAT_MS / 50);
  late.mockRestore();
  for (const stream of streams) await expect.poll(() => stream.comments()).toBeGreaterThan(0);
});

test("the header Last-Event-ID counts before the address, which counts where there is no header", async () => {
  const { id } = await (await streamOf(ann)).first(ready);
  await say(bob, "missed");
  const byHeader = await streamOf(ann, { from: id, query: "?lastEventId=garbage" });
  const byAddress = await streamOf(ann, { query: `?lastEventId=${id}` });
  for (const stream of [byHeader, byAddress]) {
    await stream.first(saying("missed"));
    await stream.first(ready);
    expect(stream.events.some(reset)).toBe(false);
  }
  expect(await (await streamOf(ann, { from: "garbage", query: `?lastEventId=${id}` })).first(reset)).toBeDefined();
});

/** A cursor that says something else, as only a server could write it. */
const telling = (change: (cursor: Cursor) => Partial<Cursor>) => (id: string) => {
  const cursor = parseCursor(id) as Cursor;
  return formatCursor({ ...cursor, ...change(cursor) });
};

test.each<[string, (id: string) => string]>([
  ["garbage", () => "garbage"],
  ["nothing in disguise", () => "%20"],
  ["of another software", () => "1234"],
  [
    "of the version before",
    () => {
      const { epoch, position } = hub().cursor;
      return `${epoch}-${position}-0`;
    },
  ],
  ["made up", () => "0123456789abcdef".repeat(2)],
  ["changed in a letter", (id) => id.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))],
  ["of another database", telling(({ epoch }) => ({ epoch: epoch.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) }))],
  ["from a little in the future", telling(({ position }) => ({ position: position + 1_000 }))],
  ["from the future", telling(() => ({ position: 2 ** 48 - 1 }))],
  ["from before the log", telling(() => ({ position: 0 }))],
  ["too long", (id) => id.repeat(20)],
  ["an attack", (id) => `${id}'; DROP TABLE events; --`],
])("a cursor that is %s is answered with a reset, and the stream goes on from there", async (_, change) => {
  const { id } = await (await streamOf(ann)).first(ready);
  const stream = await streamOf(ann, { from: change(id) });
  expect(stream.status).toBe(200);
  expect(parseCursor((await stream.first(reset)).id)).toMatchObject({ epoch: hub().cursor.epoch, eventId: 0 });
  const { message } = await say(bob, "after the reset");
  await stream.first(({ data }) => data.id === message.id);
});

test("nothing that stands in the place of a cursor is met with silence or an error", { timeout: patience(60_000) }, async () => {
  const tries = length(200, 5_000);
  const hexadecimal = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 32 });
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, hexadecimal), async (from) => {
      const stream = await streamOf(ann, { query: `?${new URLSearchParams({ lastEventId: from })}` });
      expect(stream.status).toBe(200);
      const { name } = await stream.first((event) => ready(event) || reset(event));
      stream.cut();
      expect(name).toBe("reset");
    }),
    { numRuns: tries },
  );
  tell("garbage, foreign, stale and future cursors", { tried: tries, "met with silence": 0, "met with an error": 0 });
});

test("a stream that several tabs share brings what is missing at any of their cursors, and one that is foreign resets all", async () => {
  const { id: first } = await (await streamOf(ann)).first(ready);
  const stream = await streamOf(ann);
  await stream.first(ready);
  await say(bob, "seen by one of them");
  const { id: second } = await stream.first(saying("seen by one of them"));
  await say(bob, "seen by none");

  const of = (...cursors: string[]) =>
    streamOf(ann, { query: `?${new URLSearchParams(cursors.map((cursor) => ["lastEventId", cursor]))}` });
  // A position lags behind, so that what was said before may be repeated.
  const brought = async (...cursors: string[]) => {
    const shared = await of(...cursors);
    await shared.first(ready);
    return shared.events.filter(isMessage).map(({ data }) => data.content as string);
  };
  const later = await positionBeyond(first);
  expect((await brought(first, later)).slice(-2)).toEqual(["seen by one of them", "seen by none"]);
  expect((await brought(later, first)).slice(-2)).toEqual(["seen by one of them", "seen by none"]);
  expect(await brought(later)).not.toContain("seen by one of them");
  expect((await brought(first, second)).slice(-2)).toEqual(["seen by one of them", "seen by none"]);
  expect((await brought(second, first)).slice(-2)).toEqual(["seen by one of them", "seen by none"]);
  const alone = await brought(second, second);
  expect(alone.at(-1)).toBe("seen by none");
  expect(alone).not.toContain("seen by one of them");
  await (await of(first, "1234")).first(reset);
  await (await of(...Array.from({ length: RESUME_CURSORS_MAX + 1 }, (_, i) => formatCursor({ ...hub().cursor, eventId: i + 1 })))).first(
    reset,
  );
});

test("a cursor tells a stranger neither how much others say nor whether they say anything", async () => {
  const [stranger] = (await people(1, "stranger")) as [Person];
  const look = async () => (await (await streamOf(stranger)).first(ready)).id;
  const told: string[] = [await look(), await look()];
  for (const count of [1, 5, 20]) {
    for (let i = 0; i < count; i++) await say(bob, `${i}`);
    told.push(await look());
  }
  // Two looks at a quiet log differ as much as two between which twenty messages were sent: in all of their bits.
  expect(new Set(told).size).toBe(told.length);
  for (const [i, cursor] of told.entries()) {
    expect(cursor).toMatch(/^[0-9a-f]{32}$/);
    for (const other of told.slice(i + 1)) expect(differingBits(cursor, other)).toBeGreaterThan(30);
  }
  // The order of what is told is not the order of time: that holds of one in 120 shuffles, so not of five such rows.
  const rows = [];
  for (let i = 0; i < 5; i++) rows.push([await look(), await look(), await look(), await look(), await look()]);
  expect(rows.every((row) => row.join() === row.toSorted().join())).toBe(false);
  for (const person of [ann, bob]) {
    const theirs = await (await streamOf(person)).first(ready);
    expect(told).not.toContain(theirs.id);
  }
});

/** A cursor whose position lies above another's, once the server has read the log so far. */
async function positionBeyond(cursor: string): Promise<string> {
  const { position } = parseCursor(cursor) as Cursor;
  await vi.waitUntil(() => {
    hub().publishLogged(null);
    return hub().cursor.position > position + 1;
  });
  return formatCursor(hub().cursor);
}

function differingBits(a: string, b: string): number {
  const bits = (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2);
  return [...bits].filter((bit) => bit === "1").length;
}

test("who has missed more than is worth replaying loads afresh", async () => {
  const { id } = await (await streamOf(ann)).first(ready);
  await sql(
    `INSERT INTO events (xid, type, conversation_id, user_id, seq)
     SELECT pg_current_xact_id()::text::bigint, 'read', $1, $2, n FROM generate_series(1, $3::int) n`,
    [talk, bob.id, REPLAY_MAX + 1],
  );
  await (await streamOf(ann, { from: id })).first(reset);
});

test("nobody can open streams without end", async () => {
  const statuses = await Promise.all(Array.from({ length: 210 }, async () => (await streamOf(bob)).status));
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  const refused = await streamOf(bob);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
});
