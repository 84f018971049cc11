import { afterAll, beforeAll, expect, test } from "vitest";
import { STREAM_BUFFER_MAX } from "@/lib/protocol/limits";
import { hub } from "@/lib/server/realtime/hub";
import { type EventStream, openStream, ready } from "../support/event-stream";
import { Follower, upTo } from "../support/follower";
import { tell } from "../support/lengths";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { group } from "../support/talk";

/** The longest message there is: 16 KB. */
const LONGEST = "🙂".repeat(4_000);
const MESSAGES = 1_300;

let host: ListeningHost;
let reader: Person;
let other: Person;
let writer: Person;
let talk: string;

beforeAll(async () => {
  host = await listen();
  [reader, other, writer] = (await people(3, "slow")) as [Person, Person, Person];
  talk = await group(reader, other, writer);
});

afterAll(() => host.close());

async function stopped(from?: string): Promise<EventStream> {
  const stream = await openStream(host.url, { token: reader.token, from });
  await stream.first(ready);
  stream.pause();
  return stream;
}

/** Bytes that wait for the slowest reader. */
const waiting = () => Math.max(0, ...[...host.answers].map((answer) => answer.writableLength));

test("a reader that stops reading is cut off at its limit with 20 MB due, and nobody waits for it", { timeout: 60_000 }, async () => {
  const stuck = await stopped();
  const resumeAt = stuck.events.find(ready)?.id as string;
  const samePerson = new Follower(() => host.url, reader.token);
  const neighbour = new Follower(() => host.url, other.token);
  await Promise.all([samePerson.live, neighbour.live]);
  expect(hub().size).toBe(3);

  let most = 0;
  for (let i = 1; i <= MESSAGES; i++) {
    await send(() => host.url, writer, talk, LONGEST);
    most = Math.max(most, waiting());
    // Whoever reads has it before the next one goes out: no queue builds up behind the one who does not.
    if (i % 50 === 0) await expect.poll(() => Math.min(samePerson.messages.length, neighbour.messages.length)).toBe(i);
  }
  expect(most).toBeGreaterThan(STREAM_BUFFER_MAX / 2);
  expect(most).toBeLessThan(STREAM_BUFFER_MAX + 50_000);
  expect(hub().size).toBe(2);
  for (const follower of [samePerson, neighbour]) {
    expect(follower.numbers().get(talk)).toEqual(upTo(MESSAGES));
    expect(follower.connections).toBe(1);
  }

  const back = new Follower(() => host.url, reader.token, { from: resumeAt });
  await expect.poll(() => back.numbers().get(talk)?.length, { timeout: 20_000 }).toBe(MESSAGES);
  expect(back.numbers().get(talk)).toEqual(upTo(MESSAGES));
  expect(back.connections).toBe(1);
  tell("a stopped reader with 20 MB due", { "most bytes held": most, limit: STREAM_BUFFER_MAX, "others lost": 0 });
  stuck.cut();
  await Promise.all([samePerson, neighbour, back].map((follower) => follower.stop()));
});

test("a reader that stops in the middle of its replay holds no more than the limit, however much happens meanwhile", {
  timeout: 60_000,
}, async () => {
  const stream = await openStream(host.url, { token: reader.token });
  const { id: from } = await stream.first(ready);
  stream.cut();
  const burst = (count: number) =>
    Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let i = 0; i < count / 8; i++) await send(() => host.url, writer, talk, LONGEST);
      }),
    );
  await burst(600);
  const stuck = await openStream(host.url, { token: reader.token, from });
  stuck.pause();
  await expect.poll(waiting).toBeGreaterThan(0);
  expect(hub().size).toBe(1);
  await burst(120);
  expect(waiting()).toBeLessThan(STREAM_BUFFER_MAX + 50_000);
  await expect.poll(() => hub().size).toBe(0);
  stuck.cut();
});
