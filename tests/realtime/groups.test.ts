import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { sql } from "../support/database";
import { addElsewhere, sendElsewhere } from "../support/elsewhere";
import { isMessage, openStream, type Received, ready, saying } from "../support/event-stream";
import { add, changeGroup, changePlace, giveRole, invite, makeGroup, takeOut, tokenOf } from "../support/groups";
import { type ListeningHost, listen } from "../support/listening-host";
import type { Person } from "../support/person";
import { conversation, conversationsOf, group, messagesOf, read, send, sendRequest, somebody } from "../support/talk";

let host: ListeningHost;

beforeAll(async () => {
  host = await listen();
});

afterAll(() => host.close());

async function live(who: Person, from?: string) {
  const stream = await openStream(host.url, { token: who.token, from });
  await stream.first(ready);
  return stream;
}

const people = (count: number) => Promise.all(Array.from({ length: count }, somebody));
const seqs = (events: Received[], id: string) =>
  events.filter((event) => isMessage(event) && event.data.conversationId === id).map(({ data }) => data.seq);
const placeIn = (id: string) => (event: Received) => event.name === "place" && event.data.conversationId === id;
const gone = (id: string) => (event: Received) => placeIn(id)(event) && event.data.conversation === null;

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe("who is added to a group", () => {
  test("is told of it on streams that are open, and hears what is said from then on", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const stream = await live(bob);
    const { id } = await makeGroup(ann, [], { name: "Late" });
    await send(ann, id, "before");
    await add(ann, id, bob);
    await send(ann, id, "after");
    await stream.first(saying("after"));
    const told = await stream.first(placeIn(id));
    expect(told.data.conversation).toMatchObject({ id, role: "participant", group: { name: "Late", participantCount: 2 } });
    expect(stream.events.indexOf(told)).toBeLessThan(stream.events.findIndex(saying("after")));
    stream.cut();
  });

  test.each(["makes one with them", "joins an open one", "joins by a link"])("hears it too who %s", async (how) => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const stream = await live(bob);
    const { id } = await makeGroup(ann, how === "makes one with them" ? [bob] : [], {
      access: how === "joins an open one" ? "open" : "private",
    });
    if (how === "joins an open one") await bob.fetch(`/api/groups/${id}/join`, { method: "POST" });
    if (how === "joins by a link") await bob.fetch(`/api/invites/${tokenOf(await invite(ann, id))}/join`, { method: "POST" });
    await send(ann, id, "welcome");
    await stream.first(saying("welcome"));
    stream.cut();
  });

  test.each([
    ["named by a hint", (id: string, userId: string) => `events,+${id},+${userId}`],
    ["where a hint names nothing", () => "events"],
    ["with no hint at all", () => null],
  ])("on another server is heard of here, %s", async (_, hint) => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const { id } = await makeGroup(ann);
    const stream = await live(bob);
    await addElsewhere(bob, id, hint(id, bob.id));
    expect((await stream.first(placeIn(id))).data.conversation).toMatchObject({ id });
    await send(ann, id, "welcome");
    await stream.first(saying("welcome"));
    stream.cut();
  });

  test("misses nothing that is said at the very moment, and hears it once", async () => {
    const [ann, ...others] = (await people(7)) as [Person, ...Person[]];
    const { id } = await makeGroup(ann, others.slice(0, 2), { history: "joining" });
    const streams = await Promise.all(others.map((one) => live(one)));
    await send(ann, id, "so that its order is known here");
    const said = Array.from({ length: 60 }, (_, i) => i);
    const adding = others.slice(2);
    await Promise.all([
      ...said.map((i) => send(others[i % 2] as Person, id, `${i}`)),
      ...adding.map(async (one, i) => {
        await messagesOf(ann, id, `?limit=${i + 1}`);
        await add(ann, id, one);
      }),
    ]);
    await send(ann, id, "the last");
    await Promise.all(streams.map((stream) => stream.first(saying("the last"))));
    for (const [i, one] of others.entries()) {
      const { fromSeq, lastSeq } = await conversation(one, id);
      const heard = seqs((streams[i] as (typeof streams)[number]).events, id);
      const begins = i < 2 ? Math.min(...heard) : fromSeq + 1;
      expect(heard).toEqual(Array.from({ length: lastSeq - begins + 1 }, (_, n) => begins + n));
    }
    for (const stream of streams) stream.cut();
  });

  test("is not passed over by what is delivered here at once, where others are known to be in it for longer than they are", async () => {
    const [ann, bob, cid] = (await people(3)) as [Person, Person, Person];
    const { id } = await makeGroup(ann, [cid]);
    const [bobs, cids] = await Promise.all([live(bob), live(cid)]);
    await send(ann, id, "zero");
    await cids.first(saying("zero"));
    const { query } = pool();
    const [bodiesAsked, added, reopened] = [gate(), gate(), gate()];
    let closed = false;
    vi.spyOn(pool(), "query").mockImplementation((async (...asked: unknown[]) => {
      const { name } = asked[0] as { name: string };
      if (closed && /^event_(look|tail)/.test(name)) await reopened.opened;
      if (name === "event_bodies") {
        bodiesAsked.open();
        await added.opened;
      }
      return Reflect.apply(query, pool(), asked);
    }) as never);
    // A look finds a message, and before it reads what that says somebody is added, of which the next one will tell.
    let isAsked = false;
    for (let i = 0; !isAsked; i++) {
      await sendElsewhere(ann, id, `${i}`, "events");
      isAsked = await Promise.race([bodiesAsked.opened.then(() => true), cids.first(saying(`${i}`)).then(() => false)]);
    }
    closed = true;
    await addElsewhere(bob, id, null);
    const { lastSeq } = await conversation(ann, id);
    added.open();
    await cids.first((event) => isMessage(event) && event.data.seq === lastSeq);
    await send(ann, id, "to both");
    reopened.open();
    await Promise.all([bobs, cids].map((stream) => stream.first(saying("to both"))));
    expect(seqs(bobs.events, id)).toEqual([lastSeq + 1]);
    vi.restoreAllMocks();
    for (const stream of [bobs, cids]) stream.cut();
  });

  test("is told by a replay of nothing that was said before, where history begins with joining", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const { id } = await makeGroup(ann, [], { history: "joining" });
    const before = await live(bob);
    const { id: from } = await before.first(ready);
    before.cut();
    await send(ann, id, "a secret");
    await add(ann, id, bob);
    await send(ann, id, "no secret");
    const stream = await live(bob, from);
    const contents = stream.events.filter(isMessage).map(({ data }) => data.content);
    expect(contents).toEqual([`${ann.username} added ${bob.username}.`, "no secret"]);
    expect(stream.events.find(placeIn(id))?.data.conversation).toMatchObject({ lastMessage: { content: "no secret" } });
    expect(JSON.stringify(stream.events)).not.toContain("a secret");
    stream.cut();
  });

  test("is told of nobody who had gone before, by another name of theirs either, replayed or live", async () => {
    const [ann, bob, cid] = (await people(3)) as [Person, Person, Person];
    const { id } = await makeGroup(ann, [cid], { history: "joining" });
    const before = await live(bob);
    const { id: from } = await before.first(ready);
    before.cut();
    const rename = async (who: Person, name: string) =>
      expect((await who.fetch("/api/auth_user", { method: "PATCH", json: { name } })).status).toBe(200);
    await rename(cid, "Cid who left");
    await takeOut(cid, id, cid);
    await add(ann, id, bob);
    await rename(ann, "Ann who stayed");
    const stream = await live(bob, from);
    const names = stream.events.filter(({ name }) => name === "user").map(({ data }) => data.user.name);
    expect(names).toEqual(["Ann who stayed"]);
    const anns = await live(ann);
    await rename(cid, "Cid of elsewhere");
    const told = (name: string) => (event: Received) => event.name === "user" && event.data.user.name === name;
    await anns.first(told("Cid of elsewhere"));
    await rename(ann, "Ann again");
    await stream.first(told("Ann again"));
    const later = await live(bob, from);
    expect(JSON.stringify([stream.events, later.events])).not.toContain("Cid");
    for (const one of [stream, anns, later]) one.cut();
  });
});

describe("who is taken out of a group", () => {
  test("is told so, and hears nothing from the commit on, however much is said at the time", async () => {
    const [ann, bob, cid] = (await people(3)) as [Person, Person, Person];
    const { id } = await makeGroup(ann, [bob, cid]);
    const [bobs, cids] = await Promise.all([live(bob), live(cid)]);
    await send(ann, id, "so that its order is known here");
    await Promise.all([...Array.from({ length: 40 }, (_, i) => send(cid, id, `${i}`)), takeOut(ann, id, bob)]);
    await send(cid, id, "the last");
    await Promise.all([cids.first(saying("the last")), bobs.first(gone(id))]);
    const line = (await messagesOf(ann, id, "?limit=100")).find(({ notice }) => notice?.kind === "removed");
    expect(Math.max(...seqs(bobs.events, id))).toBeLessThan(line?.seq ?? 0);
    for (const stream of [bobs, cids]) stream.cut();
  });

  test("hears nothing of what a replay would bring", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const { id } = await makeGroup(ann, [bob]);
    const before = await live(bob);
    const { id: from } = await before.first(ready);
    before.cut();
    await send(ann, id, "while he was there");
    await takeOut(ann, id, bob);
    await send(ann, id, "and after");
    const stream = await live(bob, from);
    const told = stream.events.filter(({ name }) => name !== "ready" && name !== "presence");
    expect(told.filter((event) => !gone(id)(event))).toEqual([]);
    expect(told.length).toBeGreaterThan(0);
    stream.cut();
  });

  test("hears not even by what the group is called since, where that is looked up as they go", async () => {
    const [ann, bob, cid] = (await people(3)) as [Person, Person, Person];
    const { id } = await makeGroup(ann, [bob, cid]);
    const before = await live(bob);
    const { id: from } = await before.first(ready);
    await changeGroup(ann, id, { name: "Before" });
    await before.first(({ name }) => name === "conversation");
    const [bobs, cids] = [before, await live(cid)];
    const { query } = pool();
    let name = "";
    let gone: Promise<unknown> | null = null;
    const goesMeanwhile = () =>
      vi.spyOn(pool(), "query").mockImplementation((async (...asked: unknown[]) => {
        if ((asked[0] as { name: string }).name === "groups") {
          gone ??= sql("DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2", [id, bob.id]).then(() =>
            sql("UPDATE groups SET name = $2, version = version + 1 WHERE conversation_id = $1", [id, name]),
          );
          await gone;
        }
        return Reflect.apply(query, pool(), asked);
      }) as never);
    name = "Without Bob, live";
    goesMeanwhile();
    await sql(
      "INSERT INTO events (xid, type, conversation_id, user_id) VALUES (pg_current_xact_id()::text::bigint, 'conversation', $1, $2)",
      [id, ann.id],
    );
    await sql("SELECT pg_notify('parley', 'events')");
    await cids.first((event) => event.name === "conversation" && event.data.group.name === name);
    expect(JSON.stringify(bobs.events)).not.toContain(name);
    bobs.cut();
    await sql("INSERT INTO participants (conversation_id, user_id) VALUES ($1, $2)", [id, bob.id]);
    gone = null;
    name = "Without Bob, replayed";
    const replayed = await live(bob, from);
    expect(gone).not.toBeNull();
    vi.restoreAllMocks();
    expect(JSON.stringify(replayed.events)).not.toContain(name);
    for (const stream of [cids, replayed]) stream.cut();
  });

  test("and added again hears nothing of what was said between", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const { id } = await makeGroup(ann, [bob], { history: "joining" });
    const stream = await live(bob);
    await send(ann, id, "one");
    await stream.first(saying("one"));
    await takeOut(ann, id, bob);
    await send(ann, id, "two");
    await add(ann, id, bob);
    await send(ann, id, "three");
    await stream.first(saying("three"));
    expect(stream.events.filter(isMessage).map(({ data }) => data.content)).not.toContain("two");
    expect(stream.events.filter(placeIn(id)).at(-1)?.data.conversation).toMatchObject({ id });
    stream.cut();
  });

  test("who leaves hears nothing any more either", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const { id } = await makeGroup(ann, [bob]);
    const [anns, bobs] = await Promise.all([live(ann), live(bob)]);
    const { lastSeq } = await conversation(bob, id);
    await takeOut(bob, id, bob);
    await send(ann, id, "alone");
    await Promise.all([anns.first(saying("alone")), bobs.first(gone(id))]);
    // That the group was made may still have been on its way to his stream.
    expect(seqs(bobs.events, id).filter((seq) => seq > lastSeq)).toEqual([]);
    for (const stream of [anns, bobs]) stream.cut();
  });
});

describe("what is told of a group", () => {
  test("is told to everybody in it, as a quiet line and as the group is now", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const { id } = await makeGroup(ann, [bob]);
    const stream = await live(bob);
    const { version } = await changeGroup(ann, id, { name: "Renamed" });
    const line = await stream.first((event) => isMessage(event) && event.data.notice?.kind === "renamed");
    expect(line.data).toMatchObject({ content: `${ann.username} named the group “Renamed”.`, mine: false });
    const told = await stream.first(({ name }) => name === "conversation");
    expect(told.data).toMatchObject({ group: { id, name: "Renamed", version } });
    stream.cut();
  });

  test("is one's own matter where one reads, mutes, pins or gets a role: other screens of the same person hear of it alone", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const [anns, bobs] = await Promise.all([live(ann), live(bob)]);
    const { id } = await makeGroup(ann, [bob]);
    const { id: first } = await send(ann, id, "one");
    await Promise.all([anns, bobs].map((stream) => stream.first(placeIn(id))));
    const before = anns.events.length;
    await read(bob, id);
    await bobs.first((event) => placeIn(id)(event) && event.data.conversation.unreadCount === 0);
    await changePlace(bob, id, { pinned: 1, muted: "always" });
    await bobs.first((event) => placeIn(id)(event) && event.data.conversation.muted === "always" && event.data.conversation.pinned === 1);
    await changePlace(bob, id, { unreadFrom: first });
    await bobs.first((event) => placeIn(id)(event) && event.data.conversation.unreadCount === 1);
    await giveRole(ann, id, bob, "administrator");
    await bobs.first((event) => placeIn(id)(event) && event.data.conversation.role === "administrator");
    await send(ann, id, "the last");
    await anns.first(saying("the last"));
    expect(anns.events.slice(before).filter(({ name }) => name === "place" || name === "read")).toEqual([]);
    for (const stream of [anns, bobs]) stream.cut();
  });

  test("of what a server of the version before tells everybody, a reading, only the reader hears", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const id = await group(ann, bob);
    await send(ann, id, "one");
    const [anns, bobs] = await Promise.all([live(ann), live(bob)]);
    await sql(
      `INSERT INTO events (xid, type, conversation_id, user_id, seq) VALUES (pg_current_xact_id()::text::bigint, 'read', $1, $2, 1)`,
      [id, bob.id],
    );
    await sql("SELECT pg_notify('parley', 'events')");
    expect((await bobs.first(({ name }) => name === "read")).data).toMatchObject({ conversationId: id, seq: 1 });
    await send(ann, id, "two");
    await anns.first(saying("two"));
    expect(anns.events.filter(({ name }) => name === "read")).toEqual([]);
    for (const stream of [anns, bobs]) stream.cut();
  });

  test("costs no list of its people, in what is asked of the database and what it answers", async () => {
    const [ann] = (await people(1)) as [Person];
    await sql(
      `INSERT INTO users (id, username, username_key) SELECT gen_random_uuid(), n, n FROM (SELECT 'crowd' || i FROM generate_series(1, 1999) i) u (n)`,
    );
    const { id } = await makeGroup(ann);
    await sql("INSERT INTO participants (conversation_id, user_id) SELECT $1, id FROM users WHERE username_key LIKE 'crowd%'", [id]);
    const stream = await live(ann);
    await send(ann, id, "first");
    await stream.first(saying("first"));
    const asked = vi.spyOn(pool(), "query");
    await send(ann, id, "second");
    await changeGroup(ann, id, { name: "Crowd" });
    await read(ann, id);
    await stream.first(({ name }) => name === "conversation");
    const answers = await Promise.all(asked.mock.results.map(({ value }) => value as { rows: object[] }));
    const texts = [
      ...asked.mock.calls.map(([statement]) => (statement as { values?: unknown }).values),
      ...answers.map(({ rows }) => rows),
    ];
    asked.mockRestore();
    expect(Math.max(...texts.map((text) => (JSON.stringify(text) ?? "").length))).toBeLessThan(4_000);
    stream.cut();
  });
});

test("a group of thousands costs who lists it, and who is told of their place in it, no look at its other people", async () => {
  const [ann] = (await people(1)) as [Person];
  await sql(
    `INSERT INTO users (id, username, username_key) SELECT gen_random_uuid(), n, n FROM (SELECT 'throng' || i FROM generate_series(1, 1999) i) u (n)`,
  );
  const { id } = await makeGroup(ann);
  await sql("INSERT INTO participants (conversation_id, user_id) SELECT $1, id FROM users WHERE username_key LIKE 'throng%'", [id]);
  await sql("ANALYZE participants, users, conversations, groups");
  const stream = await live(ann);
  const asked = vi.spyOn(pool(), "query");
  await conversationsOf(ann);
  await conversation(ann, id);
  await changePlace(ann, id, { pinned: 1 });
  await stream.first(placeIn(id));
  const views = asked.mock.calls.map(([one]) => one as unknown as Asked).filter(({ name }) => name.startsWith("conversation"));
  asked.mockRestore();
  expect(new Set(views.map(({ name }) => name)).size).toBe(3);
  for (const { name, text, values } of views) {
    const [row] = await sql<{ "QUERY PLAN": [{ Plan: Plan }] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
    expect({ name, read: participantsRead(row?.["QUERY PLAN"][0].Plan) }).toEqual({ name, read: 1 });
  }
  stream.cut();
});

type Asked = { name: string; text: string; values: unknown[] };

/** A step of a plan, as PostgreSQL tells of it after it was done. */
type Plan = {
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  Plans?: Plan[];
};

function participantsRead(plan: Plan | undefined): number {
  if (!plan) throw new Error("There is no plan.");
  const here = plan["Relation Name"] === "participants" ? plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0) : 0;
  return here * plan["Actual Loops"] + (plan.Plans ?? []).reduce((sum, one) => sum + participantsRead(one), 0);
}

test("sends, removals, readings and changes of the same groups at once wait for each other in no circle", async () => {
  const everybody = (await people(6)) as [Person, ...Person[]];
  const [ann] = everybody;
  const groups = await Promise.all([1, 2, 3].map(() => makeGroup(ann, everybody)));
  for (const { id } of groups) for (const one of everybody.slice(1, 3)) await giveRole(ann, id, one, "administrator");
  const statuses = new Set<number>();
  const note = async (answer: Promise<Response>) => void statuses.add((await answer).status);
  const rounds = Array.from({ length: 15 }, (_, i) => i);
  await Promise.all(
    everybody.flatMap((one, n) =>
      rounds.flatMap((i) => {
        const { id } = groups[(i + n) % groups.length] as { id: string };
        const other = everybody[(i + n + 1) % everybody.length] as Person;
        return [
          note(sendRequest(one, id, { content: `${i}` })),
          note(one.fetch("/api/read_all", { method: "POST" })),
          note(one.fetch(`/api/conversations/${id}/read_messages`, { method: "POST" })),
          note(one.fetch(`/api/conversations/${id}/place`, { method: "PATCH", json: { pinned: i } })),
          note(takeOut(one, id, other)),
          note(one.fetch(`/api/groups/${id}/participants`, { method: "POST", json: { usernames: [other.username] } })),
          note(one.fetch(`/api/groups/${id}`, { method: "PATCH", json: { description: `${n} ${i}` } })),
        ];
      }),
    ),
  );
  expect([...statuses].filter((status) => status >= 500)).toEqual([]);
  const [row] = await sql<{ deadlocks: string }>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
  expect(Number(row?.deadlocks)).toBe(0);
  for (const { id } of groups) {
    const numbers = (await sql<{ seq: number }>("SELECT seq FROM messages WHERE conversation_id = $1 ORDER BY seq", [id])).map(
      ({ seq }) => seq,
    );
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    const [counted] = await sql<{ counted: number; count: number }>(
      `SELECT g.participant_count AS counted, (SELECT count(*)::int FROM participants WHERE conversation_id = $1) AS count
       FROM groups g WHERE g.conversation_id = $1`,
      [id],
    );
    expect(counted?.counted).toBe(counted?.count);
  }
});
