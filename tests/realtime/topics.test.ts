import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { hub } from "@/lib/server/realtime/hub";
import { database, sql, waitForBlocked } from "../support/database";
import { sendElsewhere } from "../support/elsewhere";
import { isMessage, openStream, type Received, ready, saying } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently } from "../support/persistent-send";
import type { Person } from "../support/person";
import { fill, group, pair, remove, somebody, talk } from "../support/talk";

let host: ListeningHost;

beforeAll(async () => {
  // No poll: what arrives here has been hinted at, or was written here.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  host = await listen();
});

afterEach(() => vi.restoreAllMocks());

afterAll(async () => {
  vi.useRealTimers();
  await host.close();
});

const say = (who: Person, where: string, content: string) => sendPersistently(() => host.url, who, where, content);

async function live(who: Person, from?: string) {
  const stream = await openStream(host.url, { token: who.token, from });
  await stream.first(ready);
  return stream;
}

async function groupOfTwo() {
  const [ann, bob] = await Promise.all([somebody(), somebody()]);
  return { ann, bob, id: await group(ann, bob) };
}

/** The looks at the log, and the bodies, that this process reads from here on. */
function reads(): () => string[] {
  const queries = vi.spyOn(pool(), "query");
  return () => queries.mock.calls.map(([asked]) => (asked as unknown as { name: string }).name).filter((name) => /^event_/.test(name));
}

/** Hints come in the order in which they were said, so what was said before has been heard. */
async function heardUpToHere(): Promise<void> {
  const { one, other, id } = await pair();
  await say(one, id, "first");
  const stream = await live(other);
  await sendElsewhere(one, id, "so far", `events,+${id}`);
  await stream.first(saying("so far"));
  stream.cut();
}

test("a server reads nothing of what happens where nobody here listens", async () => {
  const { one, other, id } = await pair();
  const stream = await live(other);
  await say(one, id, "here");
  await stream.first(saying("here"));
  const strangers = await pair();
  await heardUpToHere();

  const seen = reads();
  for (let i = 0; i < 20; i++) await sendElsewhere(strangers.one, strangers.id, `${i}`, `events,+${strangers.id}`);
  await sendElsewhere(one, id, "there", `events,+${id}`);
  await stream.first(saying("there"));
  // One look, which brings what it says along, whatever else has happened. The hint of what was heard before may have come
  // after the look that found it, and cost another one, which finds nothing.
  expect(seen().filter((name) => name !== "event_tail")).toEqual(["event_look"]);
  expect(seen().length).toBeLessThanOrEqual(2);
  stream.cut();
});

test("of much that happens at once a server reads all with a few looks, and in order", async () => {
  const { one, other, id } = await pair();
  const stream = await live(other);
  await say(one, id, "first");
  await heardUpToHere();
  const seen = reads();
  const began = performance.now();
  await Promise.all(Array.from({ length: 200 }, () => sendElsewhere(one, id, "one of many", `events,+${id}`)));
  await vi.waitUntil(() => stream.events.filter(isMessage).length === 201, { timeout: 10_000 });
  expect(stream.events.filter(isMessage).map(({ data }) => data.seq)).toEqual(Array.from({ length: 201 }, (_, i) => i + 1));
  expect(seen().length).toBeLessThan(2 + (performance.now() - began) / 10);
  stream.cut();
});

test("a hint that names nothing, as servers of the version before say it, is looked after", async () => {
  const { one, other, id } = await pair();
  const stream = await live(other);
  await sendElsewhere(one, id, "from an older server", "events");
  await stream.first(saying("from an older server"));
  stream.cut();
});

test("a conversation that begins on another server reaches a stream that was open before", async () => {
  const [ann, bob] = await Promise.all([somebody(), somebody()]);
  const stream = await live(bob);
  const { id } = await talk(ann, bob);
  await sendElsewhere(ann, id, "hello", `events,+${id},+${ann.id},+${bob.id}`);
  await sendElsewhere(ann, id, "are you there?", `events,+${id}`);
  await stream.first(saying("are you there?"));
  expect(stream.events.filter(isMessage).map(({ data }) => data.content)).toEqual(["hello", "are you there?"]);
  stream.cut();
});

test("what is said while a stream looks up what it listens to is not missed", async () => {
  const { one, other, id } = await pair();
  await say(one, id, "before");
  const { query } = pool();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  vi.spyOn(pool(), "query").mockImplementation((async (...asked: unknown[]) => {
    const answer = await Reflect.apply(query, pool(), asked);
    if ((asked[0] as { name: string }).name === "topics_of_users") await held;
    return answer;
  }) as never);
  const stream = await openStream(host.url, { token: other.token });
  await say(one, id, "meanwhile");
  release();
  await stream.first(saying("meanwhile"));
  await stream.first(ready);
  await say(one, id, "after");
  await stream.first(saying("after"));
  expect(stream.events.filter(saying("meanwhile"))).toHaveLength(1);
  stream.cut();
});

test("who is removed on another server, of which nothing is known here yet, hears nothing from the commit on", async () => {
  const [ann, bob, cid] = (await Promise.all([somebody(), somebody(), somebody()])) as [Person, Person, Person];
  const talks = [await group(ann, bob, cid), await group(ann, bob)] as [string, string];
  const [bobs, cids] = await Promise.all([live(bob), live(cid)]);
  for (const id of talks) await say(ann, id, "to all");
  await say(ann, talks[0], "once more");
  await bobs.first(saying("once more"));

  await remove(bob, talks[0]);
  await say(ann, talks[0], "without him");
  await cids.first(saying("without him"));
  await say(ann, talks[0], "and again");
  await sendElsewhere(ann, talks[0], "from another server", `events,+${talks[0]}`);
  await cids.first(saying("from another server"));
  await say(ann, talks[1], "still with him");
  await bobs.first(saying("still with him"));
  const ofTalk = (id: string) => contents(bobs.events.filter(({ data }) => data.conversationId === id));
  expect(ofTalk(talks[0])).toEqual(["to all", "once more"]);
  expect(ofTalk(talks[1])).toEqual(["to all", "still with him"]);
  for (const stream of [bobs, cids]) stream.cut();
});

test("what is said here before the first message of its conversation is known here arrives all the same", async () => {
  const { one, other, id } = await pair();
  const stream = await live(other);
  await sendElsewhere(one, id, "first", "hello");
  await say(one, id, "second");
  await sql("SELECT pg_notify('parley', $1)", [`events,+${id},+${other.id}`]);
  await stream.first(saying("second"));
  expect(contents(stream.events)).toEqual(["first", "second"]);
  stream.cut();
});

test("who is removed while they wait for their turn to send sends nothing", async () => {
  const { ann, bob, id } = await groupOfTwo();
  const stream = await live(ann);
  await say(bob, id, "before");
  const removing = new pg.Client({ connectionString: database() });
  await removing.connect();
  await removing.query("BEGIN");
  await removing.query("SELECT FROM conversations WHERE id = $1 FOR UPDATE", [id]);
  const refused = expect(say(bob, id, "too late")).rejects.toThrow("404");
  await waitForBlocked(1);
  await removing.query("DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2", [id, bob.id]);
  await removing.query("COMMIT");
  await removing.end();
  await refused;
  await say(ann, id, "after");
  await stream.first(saying("after"));
  expect(contents(stream.events)).toEqual(["before", "after"]);
  stream.cut();
});

test("who is removed in the middle of a replay is told no more of it", async () => {
  const { ann, bob, id } = await groupOfTwo();
  const before = await live(bob);
  const { id: from } = await before.first(ready);
  before.cut();
  // More than the buffers of the kernel hold, so that the replay has to wait for its reader.
  await fill(id, ann, 2_000, "🙂".repeat(4_000));
  const stream = await openStream(host.url, { token: bob.token, from });
  stream.pause();
  await vi.waitUntil(() => [...host.answers].some((answer) => answer.writableNeedDrain), { timeout: 10_000 });
  await remove(bob, id);
  stream.resume();
  await stream.first(ready);
  expect(stream.events.filter(isMessage).length).toBeLessThan(2_000);
  stream.cut();
});

test("a message to a group of a thousand is sent without a list of them", async () => {
  const everybody = await sql<{ id: string }>(
    `INSERT INTO users (id, username, username_key) SELECT gen_random_uuid(), n, n
     FROM (SELECT 'thousand' || i FROM generate_series(1, 999) i) u (n) RETURNING id`,
  );
  const ann = await somebody();
  const id = await group(ann, ...(everybody as Person[]));
  const stream = await live(ann);
  await say(ann, id, "first");
  await stream.first(saying("first"));
  const queries = vi.spyOn(pool(), "query");
  await say(ann, id, "second");
  await stream.first(saying("second"));
  const answers = await Promise.all(queries.mock.results.map(({ value }) => value as { rows: object[] }));
  expect(JSON.stringify(answers.map(({ rows }) => rows)).length).toBeLessThan(2_000);
  stream.cut();
});

test("nothing is kept of who has gone", async () => {
  const { one, other, id } = await pair();
  const stream = await live(other);
  await say(one, id, "heard");
  await stream.first(saying("heard"));
  stream.cut();
  await vi.waitUntil(() => hub().streamsOf(other.id) === 0);
  const seen = reads();
  await say(one, id, "for nobody");
  await heardUpToHere();
  expect(seen().filter((name) => name !== "event_look" && name !== "event_mark")).toEqual([]);
});

const contents = (events: Received[]) => events.filter(isMessage).map(({ data }) => data.content);
