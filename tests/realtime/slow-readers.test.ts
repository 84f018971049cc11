import { afterAll, beforeAll, expect, test } from "vitest";
import { STREAM_BUFFER_MAX } from "@/lib/protocol/limits";
import { hub } from "@/lib/server/realtime/hub";
import { type EventStream, isMessage, openStream, type Received, ready } from "../support/event-stream";
import { Follower, upTo } from "../support/follower";
import { length, patience, tell } from "../support/lengths";
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

test("a reader that stops reading is cut off at its limit with 20 MB due, and nobody waits for it", {
  timeout: patience(180_000),
}, async () => {
  let beganAt = 0;
  let delays: number[] = [];
  const onEvent = (event: Received) => void (isMessage(event) && delays.push(performance.now() - beganAt));
  const samePerson = new Follower(() => host.url, reader.token);
  const neighbour = new Follower(() => host.url, other.token, { onEvent });
  const readers = [samePerson, neighbour];
  await Promise.all(readers.map((follower) => follower.live));
  let sent = 0;
  let most = 0;
  /** Milliseconds from the send to the neighbour's screen, while `going` says so. */
  const say = async (count: number, going = () => true): Promise<number[]> => {
    delays = [];
    let measured = 0;
    for (const last = sent + count; sent < last; ) {
      beganAt = performance.now();
      await send(() => host.url, writer, talk, LONGEST);
      sent++;
      most = Math.max(most, waiting());
      // Whoever reads has it before the next one goes out: no queue builds up behind the one who does not.
      await expect.poll(() => readers.every(({ messages }) => messages.length === sent), { interval: 1 }).toBe(true);
      if (going()) measured = delays.length;
    }
    return delays.slice(0, measured);
  };

  // Nothing to compare yet: the first messages are those that find everything cold.
  await say(length(20, 200));
  const alone = await say(length(20, MESSAGES));
  const stuck = await stopped();
  const resumeAt = stuck.events.find(ready)?.id as string;
  expect(hub().size).toBe(3);
  most = 0;
  const beside = await say(MESSAGES, () => hub().size === 3);
  expect(most).toBeGreaterThan(STREAM_BUFFER_MAX / 2);
  expect(most).toBeLessThan(STREAM_BUFFER_MAX + 50_000);
  expect(hub().size).toBe(2);
  for (const follower of readers) {
    expect(follower.numbers().get(talk)).toEqual(upTo(sent));
    expect(follower.connections).toBe(1);
  }

  const back = new Follower(() => host.url, reader.token, { from: resumeAt });
  await expect.poll(() => back.messages.at(-1)?.seq, { timeout: 20_000 }).toBe(sent);
  // What came just before it resumes may come again.
  expect(back.numbers().get(talk)?.slice(-MESSAGES)).toEqual(upTo(sent).slice(-MESSAGES));
  expect(back.connections).toBe(1);
  tell("a stopped reader with 20 MB due", {
    "bytes held at most": most,
    allowed: STREAM_BUFFER_MAX,
    "lost by others": 0,
    "ms p99 of others, alone": p99(alone),
    [`ms p99 of others, beside it (${beside.length} messages until it was cut off)`]: p99(beside),
  });
  stuck.cut();
  await Promise.all([...readers, back].map((follower) => follower.stop()));
});

function p99(delays: number[]): number {
  return Math.round([...delays].sort((a, b) => a - b)[Math.floor(delays.length * 0.99)] as number);
}

test("a reader that stops in the middle of its replay holds no more than the limit, however much happens meanwhile", {
  timeout: 180_000,
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
  await expect.poll(waiting, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(hub().size).toBe(1);
  await burst(120);
  expect(waiting()).toBeLessThan(STREAM_BUFFER_MAX + 50_000);
  await expect.poll(() => hub().size).toBe(0);
  stuck.cut();
});
