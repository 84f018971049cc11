import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { REPLAY_MAX, STREAM_HEARTBEAT_MS } from "@/lib/protocol/limits";
import { sql } from "../support/database";
import { type EventStream, openStream, type Received, ready, reset, saying } from "../support/event-stream";
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
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  host = await listen();
  [ann, bob] = (await people(2, "contract")) as [Person, Person];
  talk = await group(ann, bob);
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
  for (const stream of streams) expect((await stream.first(ping)).id).toMatch(/^[0-9a-f]{8}-\d+-0$/);
  expect(STREAM_HEARTBEAT_MS).toBeLessThanOrEqual(20_000);
  expect(streams.every((stream) => stream.comments() === 1)).toBe(true);
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

test.each([
  ["garbage", () => "garbage"],
  ["nothing in disguise", () => "%20"],
  ["of another software", () => "1234"],
  ["of another database", (cursor: string) => cursor.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))],
  ["from a little in the future", (cursor: string) => cursor.replace(/-(\d+)-/, (_, position) => `-${Number(position) + 1_000}-`)],
  ["from the future", (cursor: string) => cursor.replace(/-\d+-/, "-9999999999999999-")],
  ["from before the log", (cursor: string) => cursor.replace(/-\d+-/, "-0-")],
  ["negative", (cursor: string) => cursor.replace(/-\d+-/, "--5-")],
  ["out of every range", (cursor: string) => cursor.replace(/-\d+-/, `-${"9".repeat(400)}-`)],
  ["an attack", (cursor: string) => `${cursor}'; DROP TABLE events; --`],
])("a cursor that is %s is answered with a reset, and the stream goes on from there", async (_, change) => {
  const { id } = await (await streamOf(ann)).first(ready);
  const stream = await streamOf(ann, { from: change(id) });
  expect(stream.status).toBe(200);
  expect((await stream.first(reset)).id).toMatch(/^[0-9a-f]{8}-\d+-0$/);
  const { message } = await say(bob, "after the reset");
  await stream.first(({ data }) => data.id === message.id);
});

test("nothing that stands in the place of a cursor is met with silence or an error", { timeout: patience(60_000) }, async () => {
  const tries = length(200, 5_000);
  const { id } = await (await streamOf(ann)).first(ready);
  const [epoch] = id.split("-");
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 200 });
  const number = fc.oneof(fc.bigInt().map(String), fc.double().map(String), text);
  const forged = fc.tuple(fc.oneof(fc.constant(epoch), text), number, number).map((parts) => parts.join("-"));
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, forged), async (from) => {
      const stream = await streamOf(ann, { query: `?${new URLSearchParams({ lastEventId: from })}` });
      expect(stream.status).toBe(200);
      const { name } = await stream.first((event) => ready(event) || reset(event));
      stream.cut();
      expect(/^[0-9a-f]{8}-\d+-\d+$/.test(from) ? ["ready", "reset"] : ["reset"]).toContain(name);
    }),
    { numRuns: tries },
  );
  tell("garbage, foreign, stale and future cursors", { tried: tries, "met with silence": 0, "met with an error": 0 });
});

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
  for (const stream of open) stream.cut();
  const statuses = await Promise.all(Array.from({ length: 210 }, async () => (await streamOf(bob)).status));
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  const refused = await streamOf(bob);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  for (const stream of open) stream.cut();
});
