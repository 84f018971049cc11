import { randomUUID } from "node:crypto";
import pg from "pg";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { database, sql, waitForBlocked } from "../support/database";
import { giveRole, makeGroup } from "../support/groups";
import type { Person } from "../support/person";
import { answer, conversation, messagesOf, sendRequest, somebody } from "../support/talk";

/** Messages of one conversation that wait for each other are written together. */

const COUNT = 12;

let ann: Person;
let people: Person[];
let outsider: Person;
let id: string;

beforeEach(async () => {
  [ann, outsider, ...people] = (await Promise.all(Array.from({ length: COUNT + 2 }, () => somebody()))) as [Person, Person, ...Person[]];
  id = (await makeGroup(ann, people)).id;
});

/** Another server, in the middle of a change of the group. */
async function holdGroup() {
  const client = new pg.Client({ connectionString: database() });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query("BEGIN");
  return { client, held: client.query("SELECT FROM conversations WHERE id = $1 FOR NO KEY UPDATE", [id]) };
}

/** As many as there are people write, and wait: for one who waits for the group. */
async function allWrite(json: (person: Person, i: number) => object = (_, i) => ({ content: `of ${i}` })) {
  const sent = people.map((person, i) => sendRequest(person, id, json(person, i)));
  // What was asked before this has been asked of the database, too.
  await conversation(ann, id);
  return sent;
}

/** All who write wait by one statement, for a server that took the group before them. `before` is the number that came last. */
async function allWaitForAnother() {
  const one = await holdGroup();
  await one.held;
  const first = sendRequest(ann, id, { content: "first" });
  await waitForBlocked(1);
  const two = await holdGroup();
  await waitForBlocked(2);
  const sent = await allWrite();
  await one.client.query("COMMIT");
  const { seq: before } = await answer<{ seq: number }>(await first, 201);
  await two.held;
  await waitForBlocked(1);
  return { sent, before, other: two.client };
}

/** In how many transactions that many of the latest messages of the group were written. */
async function commits(count: number): Promise<number> {
  const [row] = await sql<{ commits: number }>(
    `SELECT count(DISTINCT xid)::int AS commits FROM (
       SELECT xid FROM events WHERE conversation_id = $1 AND type = 'message' ORDER BY seq DESC LIMIT $2
     ) e`,
    [id, count],
  );
  return row?.commits ?? 0;
}

describe("who writes in a group while somebody else holds it", () => {
  it("has a number of their own, without a gap, and the same order on every screen; an outsider has none", async () => {
    const { client, held } = await holdGroup();
    await held;
    const first = sendRequest(ann, id, { content: "first" });
    await waitForBlocked(1);
    const sent = await allWrite();
    const refused = await sendRequest(outsider, id, { content: "let me in" });
    await client.query("COMMIT");
    const { seq: before } = await answer<{ seq: number }>(await first, 201);
    const messages = await Promise.all(sent.map(async (one) => answer<{ seq: number; content: string }>(await one, 201)));

    expect(refused.status).toBe(404);
    expect(messages.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(people.map((_, i) => before + 1 + i));
    const seen = await messagesOf(ann, id, `?limit=${COUNT}`);
    expect(seen.map(({ seq, content }) => ({ seq, content }))).toEqual(
      messages.map(({ seq, content }) => ({ seq, content })).toSorted((a, b) => b.seq - a.seq),
    );
    const logged = await sql("SELECT seq FROM events WHERE conversation_id = $1 AND type = 'message' ORDER BY id", [id]);
    expect(logged.map((row) => (row as { seq: number }).seq)).toEqual(logged.map((_, i) => i + before - (logged.length - COUNT - 1)));
    expect(await commits(COUNT)).toBeLessThan(COUNT);
  });

  it("is refused where they were taken out meanwhile, and takes no number from the others", async () => {
    const [bob, ...others] = people as [Person, ...Person[]];
    const { sent, before, other } = await allWaitForAnother();
    await other.query("DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2", [id, bob.id]);
    await other.query("COMMIT");

    const answers = await Promise.all(sent);
    expect(answers.map(({ status }) => status)).toEqual([404, ...others.map(() => 201)]);
    const seqs = await Promise.all(answers.slice(1).map(async (one) => (await one.json()).seq as number));
    expect(seqs.toSorted((a, b) => a - b)).toEqual(others.map((_, i) => before + 1 + i));
  });

  it("is refused where only administrators write since then, who go on", async () => {
    const [bob, ...others] = people as [Person, ...Person[]];
    await giveRole(ann, id, bob, "administrator");
    const { sent, before, other } = await allWaitForAnother();
    await other.query("UPDATE groups SET who_writes = 'administrators' WHERE conversation_id = $1", [id]);
    await other.query("COMMIT");

    const answers = await Promise.all(sent);
    expect(answers.map(({ status }) => status)).toEqual([201, ...others.map(() => 403)]);
    expect(await messagesOf(ann, id, "?limit=1")).toEqual([
      expect.objectContaining({ seq: before + 1, sender: expect.objectContaining({ id: bob.id }) }),
    ]);
  });

  it("has read what they wrote, however many they wrote at once", async () => {
    const [bob, cid] = people as [Person, Person];
    people = Array.from({ length: COUNT }, () => bob);
    const { client, held } = await holdGroup();
    await held;
    const first = sendRequest(ann, id, { content: "first" });
    await waitForBlocked(1);
    const sent = await allWrite();
    await client.query("COMMIT");
    await first;
    for (const one of sent) await answer(await one, 201);
    expect(await conversation(bob, id)).toMatchObject({ unreadCount: 0 });
    expect(await conversation(cid, id)).toMatchObject({ unreadCount: COUNT + 1 });
  });

  it("has it once where it was sent twice at once, and nobody else's is lost by that", async () => {
    const [bob, ...others] = people as [Person, ...Person[]];
    const clientId = randomUUID();
    const { client, held } = await holdGroup();
    await held;
    const first = sendRequest(ann, id, { content: "first" });
    await waitForBlocked(1);
    const twice = sendRequest(bob, id, { content: "of 0", clientId });
    const sent = await allWrite((person, i) => ({ content: `of ${i}`, clientId: person === bob ? clientId : randomUUID() }));
    await client.query("COMMIT");
    await first;
    const answers = await Promise.all([twice, ...sent]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...[bob, ...others].map(() => 201)]);
    const seen = await messagesOf(ann, id, `?limit=${COUNT}`);
    expect(seen.map(({ content }) => content).toSorted()).toEqual(people.map((_, i) => `of ${i}`).toSorted());
    // Nor does it cost them the commit that they share.
    expect(await commits(COUNT)).toBeLessThan(COUNT / 2);
  });
});
