import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { hub } from "@/lib/server/realtime/hub";
import { pruneEvents } from "@/lib/server/realtime/retention";
import { database, sql } from "../support/database";
import { disturb } from "../support/disturbance";
import { isMessage, openStream, ready, reset } from "../support/event-stream";
import { Follower, upTo } from "../support/follower";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { fill, group } from "../support/talk";

let host: ListeningHost;
const url = () => host.url;
const followers: Follower[] = [];

beforeAll(async () => {
  host = await listen();
});

afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.stop()));
});

afterAll(() => host.close());

function follow(who: Person, options?: ConstructorParameters<typeof Follower>[2]): Follower {
  const follower = new Follower(url, who.token, options);
  followers.push(follower);
  return follower;
}

/** Cuts a reader after a random number of events, so that many cuts fall into a replay. */
function cutAtRandom(follower: () => Follower, most: number): () => void {
  let left = Math.random() * most;
  return () => {
    if (--left > 0) return;
    left = Math.random() * most;
    follower().cut();
  };
}

test("a reader that is cut off again and again gets every message once, in order, while many write", async () => {
  const [reader, ...writers] = (await people(7, "resume")) as [Person, ...Person[]];
  const conversations = await Promise.all(writers.slice(0, 4).map(() => group(reader, ...writers)));
  const readers = Array.from({ length: 4 }, () => {
    const onEvent = cutAtRandom(() => follower, 25);
    const follower: Follower = follow(reader, { retryMs: () => Math.random() * 30, onEvent });
    return follower;
  });
  await Promise.all(readers.map((follower) => follower.live));

  const trouble = disturb(database(), conversations, reader.id);
  const each = 60;
  await Promise.all(
    writers.map(async (writer, w) => {
      for (let i = 0; i < each; i++) await send(url, writer, conversations[(w + i) % 4] as string, `${w}:${i}`);
    }),
  );
  await trouble.stop();

  for (const follower of readers) {
    await expect.poll(() => follower.messages.length, { timeout: 10_000 }).toBe(writers.length * each);
    const numbers = follower.numbers();
    for (const id of conversations) expect(numbers.get(id)).toEqual(upTo((writers.length * each) / 4));
    expect(follower.resets).toBe(0);
    expect(follower.connections).toBeGreaterThan(10);
    expect(follower.repeats).toBeGreaterThan(0);
  }
});

test("a long replay that is cut in its middle goes on in its middle", async () => {
  const [reader, writer] = (await people(2, "middle")) as [Person, Person];
  const talk = await group(reader, writer);
  const stream = await openStream(host.url, { token: reader.token });
  const { id: from } = await stream.first(ready);
  stream.cut();
  const write = async () => {
    for (let i = 0; i < 125; i++) await send(url, writer, talk, "so much to tell");
  };
  await Promise.all(Array.from({ length: 8 }, write));

  const onEvent = cutAtRandom(() => follower, 150);
  const follower: Follower = follow(reader, { from, onEvent });
  await expect.poll(() => follower.messages.length, { timeout: 10_000 }).toBe(1_000);
  expect(follower.numbers().get(talk)).toEqual(upTo(1_000));
  expect(follower.connections).toBeGreaterThan(3);
  // Messages that share a commit come again together, and so does what came since the oldest transaction that is still open.
  expect(follower.repeats).toBeLessThan(500);
});

test("a reader whose log is cleared away in the middle of its replay is told to load afresh", async () => {
  const [reader, writer] = (await people(2, "cleared")) as [Person, Person];
  const talk = await group(reader, writer);
  const first = await openStream(host.url, { token: reader.token });
  const { id: from } = await first.first(ready);
  first.cut();
  const before = hub().cursor.position;
  // More than the buffers of the kernel hold, so that the replay has to wait for its reader.
  await fill(talk, writer, 2_000, "🙂".repeat(4_000));
  // Read by the server before the reader is back: what it is sent is then replay alone, and nothing live.
  await expect.poll(() => hub().cursor.position, { timeout: 10_000 }).toBeGreaterThan(before);

  const stream = await openStream(host.url, { token: reader.token, from });
  stream.pause();
  await expect.poll(() => [...host.answers].some((answer) => answer.writableNeedDrain)).toBe(true);
  await sql("UPDATE events SET created_at = now() - interval '8 days'");
  const cleared = async () => {
    await pruneEvents();
    return sql("SELECT FROM events WHERE conversation_id = $1", [talk]);
  };
  await expect.poll(cleared, { timeout: 10_000 }).toEqual([]);
  stream.resume();
  await Promise.race([stream.first(reset), stream.first(ready)]);
  expect(stream.events.filter(isMessage).length).toBeLessThan(2_000);
  expect(stream.events.some(reset)).toBe(true);
});
