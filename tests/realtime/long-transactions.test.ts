import type pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { hub } from "@/lib/server/realtime/hub";
import { Follower, upTo } from "../support/follower";
import { type ListeningHost, listen } from "../support/listening-host";
import { openTransaction } from "../support/open-transaction";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people, person } from "../support/person";
import { group } from "../support/talk";

let host: ListeningHost;
let follower: Follower;
const url = () => host.url;

beforeAll(async () => {
  host = await listen();
});

afterEach(() => follower.stop());

afterAll(() => host.close());

test("a transaction that stays open holds nothing back, and what it brings late is not missed", async () => {
  const [reader, writer] = (await people(2, "late")) as [Person, Person];
  const talk = await group(reader, writer);
  const other = await group(reader, writer, await person("late3"));
  follower = new Follower(url, reader.token);
  await follower.live;

  const { write, commit } = await openTransaction();
  await write(other, writer);
  for (const i of upTo(20)) await send(url, writer, talk, `${i}`);
  await expect.poll(() => follower.numbers().get(talk)).toEqual(upTo(20));
  follower.cut();
  await commit();
  await expect.poll(() => follower.numbers().get(other)).toEqual([1]);
  expect(follower.numbers().get(talk)).toEqual(upTo(20));
});

test("while a transaction stays open, each look at the log reads what is new and not all since it began", async () => {
  const [reader, writer] = (await people(2, "long")) as [Person, Person];
  const talk = await group(reader, writer);
  const other = await group(reader, writer, await person("long3"));
  follower = new Follower(url, reader.token);
  await follower.live;

  const { xid, write, commit } = await openTransaction();
  await write(other, writer);
  const looks = looksAtTheLog(xid);
  for (const seq of upTo(50)) await writeElsewhere(talk, writer, seq);
  await expect.poll(() => follower.numbers().get(talk), { timeout: 10_000 }).toEqual(upTo(50));
  await expect.poll(looks).toMatchObject({ events: 50 });
  // Three more come by the clock and find nothing; another message is one event more, in one of them.
  await threeMore(looks);
  await writeElsewhere(talk, writer, 51);
  await expect.poll(looks, { timeout: 10_000 }).toMatchObject({ events: 51 });
  // Or lower, where other files have transactions open too.
  expect(hub().cursor.position).toBeLessThanOrEqual(xid);

  await commit();
  await expect.poll(looks, { timeout: 10_000 }).toMatchObject({ events: 52 });
  await expect.poll(() => follower.numbers().get(other)).toEqual([1]);
  expect(follower.numbers().get(talk)).toEqual(upTo(51));
  expect(follower.repeats).toBe(0);
  await expect.poll(() => hub().cursor.position, { timeout: 10_000 }).toBeGreaterThan(xid);
});

test("what a server has delivered itself it does not read in the log", async () => {
  const [reader, writer] = (await people(2, "own")) as [Person, Person];
  const talk = await group(reader, writer, await person("own3"));
  follower = new Follower(url, reader.token);
  await follower.live;

  await send(url, writer, talk, "1");
  const { xid, commit } = await openTransaction();
  const looks = looksAtTheLog(xid);
  for (const i of upTo(100).slice(1)) await send(url, writer, talk, `${i}`);
  await expect.poll(() => follower.numbers().get(talk)).toEqual(upTo(100));
  await commit();
  await threeMore(looks);
  expect(await looks()).toMatchObject({ events: 0 });
  expect(follower.repeats).toBe(0);
});

/** A message that this process is not told of, as a server of which it has not heard writes one. */
async function writeElsewhere(conversationId: string, sender: Person, seq: number): Promise<void> {
  const { write, commit } = await openTransaction();
  await write(conversationId, sender, seq);
  await commit();
}

async function threeMore(looks: ReturnType<typeof looksAtTheLog>): Promise<void> {
  const { count } = await looks();
  await expect.poll(async () => (await looks()).count, { timeout: 10_000 }).toBeGreaterThan(count + 2);
}

/** How often this process has looked at the log from here on, and how many events it was told of, from a transaction on. */
function looksAtTheLog(since: number): () => Promise<{ count: number; events: number }> {
  const queries = vi.spyOn(pool(), "query");
  return async () => {
    const names = queries.mock.calls.map(([asked]) => (asked as unknown as { name: string }).name);
    const tails = queries.mock.results.filter((_, i) => /^event_(tail|look)$/.test(names[i] as string));
    const answers: pg.QueryResult[] = await Promise.all(tails.map(({ value }) => value));
    return { count: answers.length, events: answers.flatMap(({ rows }) => rows).filter(({ xid }) => Number(xid) >= since).length };
  };
}
