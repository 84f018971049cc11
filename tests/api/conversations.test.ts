import pg from "pg";
import { describe, expect, it } from "vitest";
import { Conversation } from "@/lib/protocol/conversations";
import { User } from "@/lib/protocol/users";
import { newId } from "@/lib/server/ids";
import { database, sql, waitForBlocked } from "../support/database";
import type { Person } from "../support/person";
import { conversation, conversationsOf, group, pair, read, send, somebody, talk } from "../support/talk";

const startRequest = (caller: Person, json: unknown) => caller.fetch("/api/conversations", { method: "POST", json });

describe("starting a conversation", () => {
  it("makes one with the other, in which nothing has been said", async () => {
    const [one, other] = [await somebody(), await somebody()];
    const started = await startRequest(one, { username: other.username });
    expect(started.status).toBe(201);
    const body = await started.json();
    expect(Conversation.strict().parse(body)).toEqual({
      id: expect.any(String),
      kind: "direct",
      otherParticipant: { id: other.id, username: other.username, name: null, avatarURL: null },
      lastMessage: null,
      hasUnreadMessages: false,
      unreadCount: 0,
      readSeq: 0,
      otherReadSeq: 0,
      group: null,
      role: null,
      lastSeq: 0,
      fromSeq: 0,
      listedAt: null,
      muted: "no",
      notify: "everything",
      pinned: null,
      archived: false,
      placeVersion: 0,
    });
    expect(await conversation(one, body.id)).toEqual(body);
  });

  it("leads to the one that the two already have, whoever asks", async () => {
    const { one, other, id } = await pair();
    for (const [caller, whom] of [
      [one, other],
      [other, one],
    ] as const) {
      const again = await startRequest(caller, { username: whom.username });
      expect(again.status).toBe(302);
      expect(again.headers.get("location")).toBe(`/api/conversations/${id}`);
      expect((await caller.fetch(again.headers.get("location") ?? "")).status).toBe(200);
    }
  });

  it("gives the same one to those who start at the same instant, each of 25 times", async () => {
    for (let round = 0; round < 25; round++) {
      const [one, other] = await Promise.all([somebody(), somebody()]);
      const asked = Array.from({ length: 8 }, (_, i) => (i % 2 ? [one, other] : [other, one]) as [Person, Person]);
      const answers = await Promise.all(asked.map(([caller, whom]) => startRequest(caller, { username: whom.username })));
      const ids = await Promise.all(answers.map(async (answer) => (await answer.json()).id));
      expect(new Set(ids).size).toBe(1);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(302)]);
      const stored = await sql("SELECT FROM participants WHERE user_id = $1", [one.id]);
      expect(stored).toHaveLength(1);
    }
  });

  it("finds the one that the other's start commits just then", async () => {
    const [one, other] = await Promise.all([somebody(), somebody()]);
    const people = [one.id, other.id].sort();
    const id = newId();
    const theirs = new pg.Client({ connectionString: database() });
    await theirs.connect();
    await theirs.query("BEGIN");
    await theirs.query("INSERT INTO conversations (id, kind, direct_key) VALUES ($1, 'direct', $2)", [id, people.join(":")]);
    await theirs.query("INSERT INTO participants (conversation_id, user_id) SELECT $1, unnest($2::uuid[])", [id, people]);
    const mine = startRequest(one, { username: other.username });
    await waitForBlocked(1);
    await theirs.query("COMMIT");
    await theirs.end();
    expect((await mine).status).toBe(302);
    expect((await mine).headers.get("location")).toBe(`/api/conversations/${id}`);
  });

  it("finds the other in any letter case, and with white space around the name", async () => {
    const { one, other, id } = await pair();
    const again = await startRequest(one, { username: ` ${other.username.toUpperCase()} ` });
    expect((await again.json()).id).toBe(id);
  });

  it.each([
    ["an unknown name", { username: "nobody.at.all" }, 404, { message: "User not found" }],
    ["a name with a NUL in it", { username: "nobody\u0000" }, 404, { message: "User not found" }],
    ["a name with half a surrogate pair in it", { username: "nobody\ud800" }, 404, { message: "User not found" }],
    ["a name of 10,000 letters", { username: "x".repeat(10_000) }, 404, { message: "User not found" }],
    ["a blank name", { username: " \t " }, 422, { errors: { username: expect.any(String) } }],
    ["no name", {}, 422, { errors: { username: expect.any(String) } }],
    ["a name that is a number", { username: 5 }, 422, { errors: { username: expect.any(String) } }],
    ["a name that is a list", { username: ["a"] }, 422, { errors: { username: expect.any(String) } }],
  ])("refuses %s", async (_, json, status, body) => {
    const refused = await startRequest(await somebody(), json);
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({ status, body });
  });

  it("does not let anybody talk to themselves", async () => {
    const one = await somebody();
    const refused = await startRequest(one, { username: one.username.toUpperCase() });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ message: expect.any(String) });
  });
});

describe("the list of conversations", () => {
  it("has those with a message, the latest first, as each of the two sees them", async () => {
    const one = await somebody();
    const others = await Promise.all([somebody(), somebody(), somebody()]);
    const [first, second, silent] = await Promise.all(others.map((other) => talk(one, other)));
    if (!first || !second || !silent) throw new Error("unreachable");
    await send(one, first.id, "to the first");
    await send(one, second.id, "to the second");
    expect((await conversationsOf(one)).map(({ id }) => id)).toEqual([second.id, first.id]);
    await send(others[0] as Person, first.id, "from the first");

    const [latest, earlier] = await conversationsOf(one);
    expect(latest).toMatchObject({
      id: first.id,
      otherParticipant: { username: others[0]?.username },
      lastMessage: { content: "from the first", mine: false, sender: { username: others[0]?.username } },
      hasUnreadMessages: true,
      unreadCount: 1,
    });
    expect(earlier).toMatchObject({
      id: second.id,
      lastMessage: { content: "to the second", mine: true },
      hasUnreadMessages: false,
      unreadCount: 0,
    });
    expect(await conversationsOf(others[0] as Person)).toMatchObject([
      { id: first.id, otherParticipant: { username: one.username }, lastMessage: { mine: true }, hasUnreadMessages: false },
    ]);
  });

  it("shows each one as it shows it alone", async () => {
    const { one, other, id } = await pair();
    await send(one, id, "hello");
    await read(other, id);
    for (const viewer of [one, other]) {
      expect(await conversationsOf(viewer)).toEqual([await conversation(viewer, id)]);
      Conversation.strict().parse(await conversation(viewer, id));
    }
  });

  it("has on request only those with unread messages, the latest first", async () => {
    const one = await somebody();
    const others = await Promise.all([somebody(), somebody(), somebody()]);
    const talks: string[] = [];
    for (const other of others) {
      const { id } = await talk(one, other);
      await send(other, id, "hello");
      talks.push(id);
    }
    await read(one, talks[1] as string);
    expect((await conversationsOf(one, "?unread=true")).map(({ id }) => id)).toEqual([talks[2], talks[0]]);
    expect((await conversationsOf(one, "?unread=true&limit=1")).map(({ id }) => id)).toEqual([talks[2]]);
    expect(await conversationsOf(one, "?unread=false")).toHaveLength(3);
    expect(await conversationsOf(others[0] as Person, "?unread=true")).toEqual([]);
  });

  it.each([["?unread=perhaps"], ["?unread=true&before=x"]])("refuses %s", async (query) => {
    const refused = await (await somebody()).fetch(`/api/conversations${query}`);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toEqual({ errors: { unread: expect.any(String) }, codes: expect.any(Object) });
  });

  it("is empty for who has none", async () => {
    expect(await conversationsOf(await somebody())).toEqual([]);
  });

  it("has no other participant for a group", async () => {
    const [one, other] = [await somebody(), await somebody()];
    const id = await group(one, other, await somebody());
    await send(one, id, "hello everybody");
    expect(await conversationsOf(other)).toMatchObject([{ id, kind: "group", otherParticipant: null, otherReadSeq: null, unreadCount: 1 }]);
  });
});

describe("the other participant", () => {
  it("is the other, for each of the two", async () => {
    const { one, other, id } = await pair();
    for (const [viewer, seen] of [
      [one, other],
      [other, one],
    ] as const) {
      const answer = await viewer.fetch(`/api/conversations/${id}/other_participant`);
      expect(answer.status).toBe(200);
      expect(User.strict().parse(await answer.json())).toMatchObject({ id: seen.id, username: seen.username });
    }
  });

  it("is nobody in a group", async () => {
    const one = await somebody();
    const id = await group(one, await somebody());
    const answer = await one.fetch(`/api/conversations/${id}/other_participant`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ message: expect.any(String) });
  });
});
