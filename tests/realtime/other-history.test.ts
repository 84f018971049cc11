import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { formatCursor, parseCursor } from "@/lib/server/realtime/cursor";
import { hub } from "@/lib/server/realtime/hub";
import { presentCursor } from "@/lib/server/realtime/present";
import { sql } from "../support/database";
import { openStream, ready, reset, saying } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { group } from "../support/talk";

let host: ListeningHost;
let reader: Person;
let writer: Person;
let talk: string;

beforeAll(async () => {
  // The log is read when the test says so.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  host = await listen();
  [reader, writer] = (await people(2, "history")) as [Person, Person];
  talk = await group(reader, writer);
});

afterAll(async () => {
  vi.useRealTimers();
  await host.close();
});

const say = (content: string) => send(() => host.url, writer, talk, content);
const stream = (from?: string) => openStream(host.url, { token: reader.token, from });
const logged = async () => (await sql<{ ids: string[] }>("SELECT array_agg(id ORDER BY id) AS ids FROM events"))[0]?.ids;

/** From now on the database is a standby that was promoted: what it holds was written under another timeline. */
const becomeAnother = () => sql("UPDATE epochs SET timeline = 'of before'");

/** The server looks at the log, and finds out. */
async function notice(): Promise<void> {
  const { epoch } = hub().cursor;
  vi.advanceTimersByTime(1_000);
  await vi.waitUntil(() => hub().cursor.epoch !== epoch);
}

test("the first stream of a server goes by the database that is now, and not by what was known of it before", async () => {
  const painted = await presentCursor();
  await becomeAnother();
  const { id } = await (await stream(formatCursor(painted))).first(reset);
  expect(parseCursor(id)?.epoch).not.toBe(painted.epoch);
});

test("where the database has become another, streams end, their cursors are answered with a reset, and its log stays", async () => {
  const live = await stream();
  await live.first(ready);
  await say("seen");
  const { id: from } = await live.first(saying("seen"));
  const before = await logged();
  await becomeAnother();
  await notice();
  await live.ended;
  expect(live.events.some(reset)).toBe(false);
  const back = await stream(from);
  const { id } = await back.first(reset);
  expect(back.events.some(ready)).toBe(false);
  expect(await logged()).toEqual(before);
  await say("from here on");
  await (await stream(id)).first(saying("from here on"));
});

test("a stream that comes back before its server has noticed is told nothing, and comes back once more", async () => {
  const { id: from } = await (await stream()).first(ready);
  await say("missed");
  await becomeAnother();
  const early = await stream(from);
  await early.ended;
  expect(early.events).toEqual([]);
  await notice();
  await (await stream(from)).first(reset);
});

test("a page that is painted before its server has noticed resumes in the history that it shows", async () => {
  await (await stream()).first(ready);
  await becomeAnother();
  const painted = await presentCursor();
  expect(painted.epoch).not.toBe(hub().cursor.epoch);
  await notice();
  expect(painted.epoch).toBe(hub().cursor.epoch);
  const resumed = await stream(formatCursor(painted));
  await resumed.first(ready);
  expect(resumed.events.some(reset)).toBe(false);
});
