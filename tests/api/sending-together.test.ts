import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { database, waitForBlocked } from "../support/database";
import type { Person } from "../support/person";
import { messagesOf, sendRequest, somebody, talk } from "../support/talk";

/** Messages of different people that arrive while others are being written are written together. */

const COUNT = 24;

let me: Person;
let ids: string[];
/** Somebody else's transaction on the same database. */
let elsewhere: pg.Client;

beforeEach(async () => {
  me = await somebody();
  ids = await Promise.all(Array.from({ length: COUNT }, async () => (await talk(me, await somebody())).id));
  elsewhere = new pg.Client({ connectionString: database() });
  await elsewhere.connect();
  await elsewhere.query("BEGIN");
});

afterEach(() => elsewhere.end());

it("each gets its own answer, and each conversation its own message", async () => {
  const answers = await Promise.all(ids.map((id, i) => sendRequest(me, id, { content: `message ${i}` })));
  const sent = await Promise.all(answers.map(async (answer) => ({ status: answer.status, ...(await answer.json()) })));
  expect(sent).toEqual(ids.map((id, i) => expect.objectContaining({ status: 201, conversationId: id, seq: 1, content: `message ${i}` })));
  for (const [i, id] of ids.entries()) expect(await messagesOf(me, id)).toEqual([expect.objectContaining({ content: `message ${i}` })]);
});

it("an outsider among them is refused, and nobody else", async () => {
  const outsider = await somebody();
  const answers = await Promise.all(ids.map((id, i) => sendRequest(i === 5 ? outsider : me, id, { content: "hello" })));
  expect(answers.map(({ status }) => status)).toEqual(ids.map((_, i) => (i === 5 ? 404 : 201)));
  expect(await messagesOf(me, ids[5] as string)).toEqual([]);
});

it("a conversation that is held by somebody keeps no other waiting, and has its message when it is let go", async () => {
  const [stuck, ...others] = ids as [string, ...string[]];
  await elsewhere.query("SELECT FROM conversations WHERE id = $1 FOR UPDATE", [stuck]);
  const late = sendRequest(me, stuck, { content: "late" });
  const answers = await Promise.all(others.map((id) => sendRequest(me, id, { content: "at once" })));
  expect(answers.map(({ status }) => status)).toEqual(others.map(() => 201));
  await waitForBlocked(1);
  expect(await messagesOf(me, stuck)).toEqual([]);
  await elsewhere.query("COMMIT");
  expect((await late).status).toBe(201);
  expect(await messagesOf(me, stuck)).toEqual([expect.objectContaining({ seq: 1, content: "late" })]);
});

it("one that turns out to have been sent already, by way of another server, spoils none of those beside it", async () => {
  const [twice, ...others] = ids as [string, ...string[]];
  const clientId = randomUUID();
  await elsewhere.query(
    `INSERT INTO messages (id, conversation_id, seq, sender_id, content, client_id, created_at)
     VALUES ($2, $1, 1000, $3, 'first', $4, now())`,
    [twice, randomUUID(), me.id, clientId],
  );
  const again = sendRequest(me, twice, { content: "again", clientId });
  const beside = others.map((id) => sendRequest(me, id, { content: "beside" }));
  await waitForBlocked(1);
  await elsewhere.query("COMMIT");
  const answer = await again;
  expect([answer.status, (await answer.json()).content]).toEqual([200, "first"]);
  expect((await Promise.all(beside)).map(({ status }) => status)).toEqual(others.map(() => 201));
  for (const id of others) expect(await messagesOf(me, id)).toHaveLength(1);
});
