import { randomUUID } from "node:crypto";
import pg from "pg";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sql } from "../support/database";
import { host, hostName } from "../support/host";
import { listen } from "../support/listen";
import { type Person, signIn } from "../support/person";
import { conversation, conversationsOf, messagesOf, pair, read, send, sendMany } from "../support/talk";

/** The application name of the pool: not that of the tests' own connections, nor of the wake-up channel. */
const POOL = "parley";

/** The statements that the server's pool sends while a task runs. */
async function statements(task: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client & { connectionParameters: { application_name: string } }, ...args: unknown[]) {
    const [statement] = args as [string | { text: string }];
    if (this.connectionParameters.application_name === POOL) seen.push(typeof statement === "string" ? statement : statement.text);
    return Reflect.apply(query, this, args);
  } as typeof query;
  try {
    await task();
  } finally {
    pg.Client.prototype.query = query;
  }
  return seen;
}

/** Whether the wake-up channel has greeted: opening it, a server forgets whom it knows. */
async function greeted(): Promise<boolean> {
  const said =
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'parley hints' AND query LIKE '%notify%'";
  return (await sql(said)).length > 0;
}

// In other hosts the pool is in another process.
describe.runIf(hostName === "handlers")("one statement", () => {
  let one: Person;
  let other: Person;
  let id: string;
  let lastId: string;

  beforeAll(async () => {
    // Limits are counted without one.
    await host({ RATE_LIMIT: "on" });
    ({ one, other, id } = await pair());
    lastId = (await sendMany(one, id, 10)).at(-1)?.id ?? "";
    while (!(await greeted()));
  });

  // Known already: who somebody is, is believed for a few seconds.
  beforeEach(() => Promise.all([conversation(one, id), conversation(other, id)]));

  it.each([
    ["sends a message", () => send(one, id, "hello")],
    ["sends a message with a client id", () => send(one, id, "hello", randomUUID())],
    ["shows the latest messages", () => messagesOf(one, id)],
    ["shows a page of them", () => messagesOf(one, id, `?before=${lastId}`)],
    ["shows the list of conversations", () => conversationsOf(one)],
    ["shows a page of it", () => conversationsOf(one, `?before=${id}`)],
    ["shows a conversation", () => conversation(one, id)],
    ["marks all as read", () => read(other, id)],
    ["suggests names", () => one.fetch("/api/usernames?search=p")],
    ["finds people", () => one.fetch("/api/users?search=p")],
  ])("%s", async (_, task) => {
    const seen = await statements(task);
    expect(seen).toEqual([expect.any(String)]);
  });

  it("more, and none of them twice, for a device that is seen for the first time", async () => {
    const device = await signIn(one);
    expect(await statements(() => send(device, id, "hello"))).toHaveLength(2);
    expect(await statements(() => send(device, id, "hello"))).toHaveLength(1);
  });

  it("a few, writes what many people send at the same moment", async () => {
    const pairs = await Promise.all(Array.from({ length: 24 }, () => pair()));
    await Promise.all(pairs.map((talk) => conversation(talk.one, talk.id)));
    const seen = await statements(() => Promise.all(pairs.map((talk) => send(talk.one, talk.id, "hello"))));
    expect(seen.length).toBeLessThanOrEqual(pairs.length / 4);
  });

  it("a few, writes them also where one of them was sent before", async () => {
    const pairs = await Promise.all(Array.from({ length: 24 }, () => pair()));
    const [again, ...others] = pairs as [(typeof pairs)[number], ...typeof pairs];
    const clientId = randomUUID();
    await send(again.one, again.id, "once", clientId);
    await Promise.all(others.map((talk) => conversation(talk.one, talk.id)));
    const seen = await statements(() =>
      Promise.all([send(again.one, again.id, "once", clientId), ...others.map((talk) => send(talk.one, talk.id, "hello"))]),
    );
    expect(seen.length).toBeLessThanOrEqual(pairs.length / 4);
  });

  it("at most two, shows what lies around a message", async () => {
    expect(await statements(() => messagesOf(one, id, `?around=${lastId}`))).toHaveLength(2);
  });

  it("also while others listen", async () => {
    const streams = await Promise.all([listen(one), listen(other)]);
    await send(one, id, "the first on these streams");
    await Promise.all(streams.map((stream) => stream.next(({ data }) => data.includes("the first"))));
    const seen = await statements(async () => {
      await send(one, id, "the second");
      await Promise.all(streams.map((stream) => stream.next(({ data }) => data.includes("the second"))));
    });
    expect(seen.filter((text) => text.includes("INSERT INTO messages"))).toHaveLength(1);
    expect(seen.filter((text) => text.includes("FROM messages"))).toEqual([]);
    await Promise.all(streams.map((stream) => stream.close()));
  });
});
