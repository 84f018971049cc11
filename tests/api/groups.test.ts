import { randomUUID } from "node:crypto";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { Conversation } from "@/lib/protocol/conversations";
import { Group, ListedGroup, Participant } from "@/lib/protocol/groups";
import { database, sql, waitForBlocked } from "../support/database";
import { add, changeGroup, giveRole, groupOf, makeGroup, onlineIn, participantsOf, takeOut } from "../support/groups";
import type { Person } from "../support/person";
import { conversation, conversationsOf, messagesOf, send, sendRequest, somebody } from "../support/talk";

async function three(): Promise<[Person, Person, Person]> {
  return (await Promise.all([somebody(), somebody(), somebody()])) as [Person, Person, Person];
}

/** What a group's history shows, the oldest line first. */
const lines = async (viewer: Person, id: string) => (await messagesOf(viewer, id)).map(({ content }) => content).reverse();
const notices = async (viewer: Person, id: string) => (await messagesOf(viewer, id)).flatMap(({ notice }) => notice ?? []).reverse();
const patch = (by: Person, id: string, json: unknown) => by.fetch(`/api/groups/${id}`, { method: "PATCH", json });
const join = (who: Person, id: string) => who.fetch(`/api/groups/${id}/join`, { method: "POST" });

describe("making a group", () => {
  it("gives one that the maker owns, with the people whom they name", async () => {
    const [ann, bob, cid] = await three();
    const made = await makeGroup(ann, [bob, cid], { name: "  Sunday walkers ", description: "Who walks where" });
    expect(Conversation.strict().parse(made)).toMatchObject({ kind: "group", role: "owner", unreadCount: 0, otherParticipant: null });
    expect(made.group).toEqual({
      id: made.id,
      name: "Sunday walkers",
      description: "Who walks where",
      avatarURL: null,
      access: "private",
      history: "all",
      permissions: { add: "everyone", write: "everyone", pin: "everyone", change: "everyone" },
      participantCount: 3,
      everybody: false,
      version: expect.any(Number),
    });
    expect(await conversation(bob, made.id)).toMatchObject({ role: "participant", group: made.group });
    expect(Group.strict().parse(await groupOf(cid, made.id))).toEqual(made.group);
  });

  it("shows it in everybody's list at once, with a quiet line that is unread for nobody", async () => {
    const [ann, bob] = await three();
    const { id } = await makeGroup(ann, [bob]);
    const [listed] = await conversationsOf(bob);
    expect(listed).toMatchObject({ id, unreadCount: 0, hasUnreadMessages: false, lastMessage: { notice: { kind: "created" } } });
    expect(await lines(bob, id)).toEqual([`${ann.username} made the group “The team”.`]);
    expect(await conversationsOf(bob, "?unread=true")).toEqual([]);
  });

  it("takes nobody but oneself", async () => {
    const ann = await somebody();
    const made = await makeGroup(ann);
    expect(made.group?.participantCount).toBe(1);
    expect((await send(ann, made.id, "a note")).seq).toBe(2);
  });

  it("gives the same one for the same client id, also where both are sent at the same instant", async () => {
    const [ann, bob] = await three();
    const clientId = randomUUID();
    const made = await Promise.all([1, 2, 3].map(() => makeGroup(ann, [bob], { clientId })));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await conversationsOf(bob)).toHaveLength(1);
    expect((await makeGroup(ann, [], { clientId })).id).toBe(made[0]?.id);
    expect((await makeGroup(bob, [], { clientId })).id).not.toBe(made[0]?.id);
  });

  it.each([
    [{ name: " " }, { name: "Give the group a name." }],
    [{ name: "x".repeat(101) }, { name: "A name has at most 100 characters." }],
    [{ name: "two\nlines" }, { name: "A name is plain text." }],
    [{ name: "x", description: "x".repeat(501) }, { description: "A description has at most 500 characters." }],
    [{ name: "x", usernames: ["nobody.at.all"] }, { usernames: "Nobody here is called nobody.at.all." }],
    [{ name: "x", usernames: Array(101).fill("p") }, { usernames: "At most 100 people are added at once." }],
    [{ name: "x", access: "secret" }, { access: "A group is private or open." }],
  ])("refuses %j with a sentence for the field", async (json, errors) => {
    const ann = await somebody();
    const answer = await ann.fetch("/api/groups", { method: "POST", json });
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 422,
      body: { errors, codes: expect.any(Object) },
    });
    expect(await conversationsOf(ann)).toEqual([]);
  });

  it("takes a name of 100 code points, and names whoever is asked for once", async () => {
    const [ann, bob] = await three();
    const made = await makeGroup(ann, [bob, bob, ann], { name: "🙂".repeat(100) });
    expect(made.group).toMatchObject({ name: "🙂".repeat(100), participantCount: 2 });
  });
});

describe("the people of a group", () => {
  it("are listed with their roles, owners and administrators first, then by name, by pages and by parts of names", async () => {
    const ann = await somebody();
    const others = await Promise.all(Array.from({ length: 6 }, somebody));
    const { id } = await makeGroup(ann, others);
    const admin = others[5] as Person;
    await giveRole(ann, id, admin, "administrator");
    const all = await participantsOf(ann, id);
    expect(all.map((one) => Participant.strict().parse(one).role)).toEqual(["owner", "administrator", ...Array(5).fill("participant")]);
    expect(all.slice(0, 2).map(({ user }) => user.id)).toEqual([ann.id, admin.id]);
    const names = all.slice(2).map(({ user }) => user.username);
    expect(names).toEqual([...names].sort());
    const paged: string[] = [];
    for (let before = ""; ; before = `&before=${paged.at(-1)}`) {
      const page = await participantsOf(ann, id, `?limit=2${before}`);
      if (page.length === 0) break;
      paged.push(...page.map(({ user }) => user.id));
    }
    expect(paged).toEqual(all.map(({ user }) => user.id));
    const found = await participantsOf(ann, id, `?search=${admin.username.slice(3)}`);
    expect(found.map(({ user }) => user.id)).toEqual([admin.id]);
  });

  it("are added, with one line however many they are, and who is in it already stays as they are", async () => {
    const [ann, bob] = await three();
    const { id } = await makeGroup(ann, [bob]);
    const new5 = await Promise.all(Array.from({ length: 5 }, somebody));
    expect(await add(bob, id, ann, ...new5)).toHaveLength(6);
    const names = new5.slice(0, 3).map(({ username }) => username);
    expect((await lines(ann, id)).slice(1)).toEqual([`${bob.username} added ${names.join(", ")} and 2 others.`]);
    expect((await notices(ann, id))[1]).toMatchObject({ kind: "added", count: 5, users: new5.map(({ id: userId }) => ({ id: userId })) });
    await add(bob, id, ...new5);
    expect(await lines(ann, id)).toHaveLength(2);
    expect(await groupOf(ann, id)).toMatchObject({ participantCount: 7 });
    expect((await participantsOf(ann, id))[0]).toMatchObject({ role: "owner", user: { id: ann.id } });
  });

  it("are at most as many as the server allows", async () => {
    const ann = await somebody();
    const { id } = await makeGroup(ann);
    await sql(
      `INSERT INTO users (id, username, username_key) SELECT gen_random_uuid(), n, n FROM (SELECT 'many' || i FROM generate_series(1, 9999) i) u (n)`,
    );
    await sql("INSERT INTO participants (conversation_id, user_id) SELECT $1, id FROM users WHERE username_key LIKE 'many%'", [id]);
    expect(await groupOf(ann, id)).toMatchObject({ participantCount: 10_000 });
    const bob = await somebody();
    const refused = await ann.fetch(`/api/groups/${id}/participants`, { method: "POST", json: { usernames: [bob.username] } });
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 409,
      body: { message: "A group has at most 10,000 people." },
    });
    expect((await bob.fetch(`/api/groups/${id}`)).status).toBe(404);
  });

  it("leave when they want to, and see nothing of it any more", async () => {
    const [ann, bob, cid] = await three();
    const { id } = await makeGroup(ann, [bob, cid]);
    expect((await takeOut(bob, id, bob)).status).toBe(204);
    expect(await lines(ann, id)).toContain(`${bob.username} left.`);
    expect(await groupOf(ann, id)).toMatchObject({ participantCount: 2 });
    for (const path of [`groups/${id}`, `conversations/${id}`, `groups/${id}/participants`]) {
      expect((await bob.fetch(`/api/${path}`)).status).toBe(404);
    }
    expect(await conversationsOf(bob)).toEqual([]);
    expect((await takeOut(bob, id, bob)).status).toBe(404);
  });

  it("have a later place in it when they come back, so that no page goes by the one they had", async () => {
    const [ann, bob] = await three();
    const { id } = await makeGroup(ann, [bob], { history: "joining" });
    const versions = [];
    for (let i = 0; i < 3; i++) {
      versions.push((await conversation(bob, id)).placeVersion);
      await takeOut(ann, id, bob);
      await add(ann, id, bob);
    }
    expect(versions).toEqual([0, 1, 2]);
  });

  it("are taken out by those who may, once however often it is asked", async () => {
    const [ann, bob, cid] = await three();
    const { id } = await makeGroup(ann, [bob, cid]);
    expect((await takeOut(bob, id, cid)).status).toBe(403);
    await giveRole(ann, id, bob, "administrator");
    expect((await takeOut(bob, id, ann)).status).toBe(403);
    const before = (await lines(ann, id)).length;
    for (let i = 0; i < 3; i++) expect((await takeOut(bob, id, cid)).status).toBe(204);
    expect((await lines(ann, id)).slice(before)).toEqual([`${bob.username} removed ${cid.username}.`]);
    expect((await sendRequest(cid, id, { content: "still here?" })).status).toBe(404);
  });

  it("are never without an owner, and the last to leave ends the group", async () => {
    const [ann, bob] = await three();
    const { id } = await makeGroup(ann, [bob]);
    expect((await takeOut(ann, id, ann)).status).toBe(409);
    expect((await giveRole(ann, id, ann, "participant")).status).toBe(409);
    expect((await giveRole(ann, id, bob, "owner")).status).toBe(200);
    expect((await takeOut(ann, id, ann)).status).toBe(204);
    expect((await takeOut(bob, id, bob)).status).toBe(204);
    expect(await sql("SELECT FROM messages WHERE conversation_id = $1", [id])).toEqual([]);
  });

  it("are given roles by an owner only, and one line for each change", async () => {
    const [ann, bob, cid] = await three();
    const { id } = await makeGroup(ann, [bob, cid]);
    expect((await giveRole(bob, id, cid, "administrator")).status).toBe(403);
    for (let i = 0; i < 2; i++) {
      const given = await giveRole(ann, id, bob, "administrator");
      expect(await given.json()).toMatchObject({ user: { id: bob.id }, role: "administrator" });
    }
    expect((await lines(ann, id)).slice(1)).toEqual([`${ann.username} made ${bob.username} an administrator.`]);
    expect(await conversation(bob, id)).toMatchObject({ role: "administrator", placeVersion: 1 });
    expect((await giveRole(bob, id, cid, "administrator")).status).toBe(403);
    expect((await giveRole(ann, id, await somebody(), "owner")).status).toBe(404);
  });

  it("change nothing any more where they are taken out while they wait to", async () => {
    const [ann, bob] = await three();
    const { id } = await makeGroup(ann, [bob]);
    await giveRole(ann, id, bob, "administrator");
    const elsewhere = new pg.Client({ connectionString: database() });
    await elsewhere.connect();
    await elsewhere.query("BEGIN");
    await elsewhere.query("SELECT FROM conversations WHERE id = $1 FOR NO KEY UPDATE", [id]);
    const refused = [patch(bob, id, { name: "Bob's" }), takeOut(bob, id, ann)];
    await waitForBlocked(1);
    await elsewhere.query("DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2", [id, bob.id]);
    await elsewhere.query("COMMIT");
    await elsewhere.end();
    for (const answer of await Promise.all(refused)) expect(answer.status).toBe(404);
    expect(await groupOf(ann, id)).toMatchObject({ name: "The team", participantCount: 1 });
  });

  it("never end up without an owner when two of them leave at the same instant", async () => {
    for (let i = 0; i < 10; i++) {
      const [ann, bob, cid] = await three();
      const { id } = await makeGroup(ann, [bob, cid]);
      await giveRole(ann, id, bob, "owner");
      const statuses = await Promise.all([takeOut(ann, id, ann), takeOut(bob, id, bob)].map(async (one) => (await one).status));
      expect(statuses.sort()).toEqual([204, 409]);
    }
  });
});

describe("what of a group is settled", () => {
  it("is named and described anew by whoever may, with a quiet line for each that is new", async () => {
    const [ann, bob] = await three();
    const { id } = await makeGroup(ann, [bob]);
    expect(await changeGroup(bob, id, { name: "Walkers", description: "We walk" })).toMatchObject({
      name: "Walkers",
      description: "We walk",
    });
    expect((await lines(ann, id)).slice(1)).toEqual([
      `${bob.username} named the group “Walkers”.`,
      `${bob.username} changed the description.`,
    ]);
    const { version } = await changeGroup(bob, id, { name: "Walkers" });
    expect(await changeGroup(bob, id, {})).toMatchObject({ version });
    expect(await lines(ann, id)).toHaveLength(3);
  });

  it("is changed by administrators alone where it says so", async () => {
    const [ann, bob] = await three();
    const { id } = await makeGroup(ann, [bob]);
    expect((await patch(bob, id, { permissions: { change: "administrators" } })).status).toBe(403);
    const set = await changeGroup(ann, id, { permissions: { change: "administrators", add: "administrators" } });
    expect(set.permissions).toEqual({ add: "administrators", write: "everyone", pin: "everyone", change: "administrators" });
    const cid = await somebody();
    const asBob = [
      patch(bob, id, { name: "Bob's" }),
      bob.fetch(`/api/groups/${id}/participants`, { method: "POST", json: { usernames: [cid.username] } }),
      bob.fetch(`/api/groups/${id}/invites`, { method: "POST" }),
      bob.fetch(`/api/groups/${id}/invites`),
      patch(bob, id, { access: "open" }),
      patch(bob, id, { history: "joining" }),
      bob.fetch(`/api/groups/${id}/avatar`, { method: "DELETE" }),
    ];
    for (const refused of await Promise.all(asBob)) expect(refused.status).toBe(403);
    await giveRole(ann, id, bob, "administrator");
    expect((await patch(bob, id, { name: "Bob's" })).status).toBe(200);
    expect((await patch(bob, id, { history: "joining" })).status).toBe(403);
  });

  it("lets only administrators write where it is for announcements", async () => {
    const [ann, bob] = await three();
    const { id } = await makeGroup(ann, [bob]);
    const clientId = randomUUID();
    await send(bob, id, "before", clientId);
    await changeGroup(ann, id, { permissions: { write: "administrators" } });
    const refused = await sendRequest(bob, id, { content: "hello" });
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 403,
      body: { message: "Only administrators write in this group." },
    });
    await send(ann, id, "hear, hear");
    expect((await send(bob, id, "before", clientId)).content).toBe("before");
    expect((await lines(bob, id)).slice(-2)).toEqual([`${ann.username} changed the settings of the group.`, "hear, hear"]);
  });
});

describe("an open group", () => {
  it("is listed, found by parts of its name, and joined by anybody", async () => {
    const [ann, bob] = await three();
    const word = randomUUID().slice(0, 8);
    const { id } = await makeGroup(ann, [], { name: `Crème ${word}`, access: "open" });
    const hidden = await makeGroup(ann, [], { name: `Secret ${word}` });
    const listed: ListedGroup[] = await (await bob.fetch(`/api/groups?search=creme ${word}`)).json();
    expect(listed.map((one) => ListedGroup.strict().parse(one))).toMatchObject([{ id, joined: false, participantCount: 1 }]);
    expect(await groupOf(bob, id)).toMatchObject({ id });
    for (let i = 0; i < 2; i++) {
      const joined = await join(bob, id);
      expect({ status: joined.status, body: await joined.json() }).toMatchObject({ status: 200, body: { id, role: "participant" } });
    }
    expect(await lines(ann, id)).toEqual([expect.any(String), `${bob.username} joined.`]);
    expect(await (await bob.fetch(`/api/groups?search=${word}`)).json()).toMatchObject([{ id, joined: true }]);
    expect((await join(bob, hidden.id)).status).toBe(404);
  });

  it("is listed by name, page by page", async () => {
    const ann = await somebody();
    const word = randomUUID().slice(0, 8);
    const names = ["delta", "Alpha", "charlie", "Bravo"].map((name) => `${name} ${word}`);
    for (const name of names) await makeGroup(ann, [], { name, access: "open" });
    const all: ListedGroup[] = await (await ann.fetch(`/api/groups?search=${word}`)).json();
    expect(all.map(({ name }) => name.split(" ")[0])).toEqual(["Alpha", "Bravo", "charlie", "delta"]);
    const rest: ListedGroup[] = await (await ann.fetch(`/api/groups?search=${word}&limit=2&before=${all[1]?.id}`)).json();
    expect(rest.map(({ id }) => id)).toEqual(all.slice(2).map(({ id }) => id));
  });
});

describe("who joins a group whose history begins with joining", () => {
  it("sees by no way what was said before, not even by naming it", async () => {
    const [ann, bob, cid] = await three();
    const { id } = await makeGroup(ann, [bob], { history: "joining" });
    const secret = await send(ann, id, "before cid");
    await add(ann, id, cid);
    const entry = await conversation(cid, id);
    expect(entry).toMatchObject({ unreadCount: 0, fromSeq: secret.seq, lastMessage: { notice: { kind: "added" } } });
    expect(await lines(cid, id)).toEqual([`${ann.username} added ${cid.username}.`]);
    for (const way of ["before", "after", "around"]) {
      expect((await cid.fetch(`/api/conversations/${id}/messages?${way}=${secret.id}`)).status).toBe(404);
    }
    expect((await cid.fetch(`/api/conversations/${id}/read_messages`, { method: "POST", json: { upTo: secret.id } })).status).toBe(404);
    expect((await cid.fetch(`/api/conversations/${id}/messages/${secret.id}/readers`)).status).toBe(404);
    expect((await cid.fetch(`/api/conversations/${id}/place`, { method: "PATCH", json: { unreadFrom: secret.id } })).status).toBe(404);
    await send(ann, id, "after cid");
    expect(await conversation(cid, id)).toMatchObject({ unreadCount: 1, lastMessage: { content: "after cid" } });
    expect(await lines(bob, id)).toContain("before cid");
  });

  it("sees all of it where the owner leaves all to see", async () => {
    const [ann, , cid] = await three();
    const { id } = await makeGroup(ann);
    await send(ann, id, "before cid");
    await add(ann, id, cid);
    expect(await lines(cid, id)).toContain("before cid");
    expect(await conversation(cid, id)).toMatchObject({ unreadCount: 0, fromSeq: 0, lastMessage: { content: "before cid" } });
  });
});

describe("quiet lines", () => {
  it("count as unread for nobody, wherever they stand", async () => {
    const [ann, bob, cid] = await three();
    const { id } = await makeGroup(ann, [bob]);
    const counts = async () => (await conversation(bob, id)).unreadCount;
    await send(ann, id, "one");
    await changeGroup(ann, id, { name: "Other" });
    await send(ann, id, "two");
    await add(ann, id, cid);
    await changeGroup(ann, id, { description: "What for" });
    expect(await counts()).toBe(2);
    const { lastMessage, lastSeq } = await conversation(bob, id);
    expect({ content: lastMessage?.content, lastSeq }).toEqual({ content: "two", lastSeq: 6 });
    const [, , second] = await messagesOf(bob, id, "?limit=3");
    await bob.fetch(`/api/conversations/${id}/read_messages`, { method: "POST", json: { upTo: second?.id } });
    expect(await counts()).toBe(0);
    expect(await conversationsOf(bob, "?unread=true")).toEqual([]);
    await send(ann, id, "three");
    expect(await counts()).toBe(1);
    expect((await conversationsOf(bob, "?unread=true")).map((one) => one.id)).toEqual([id]);
  });

  it("move nothing up in the list", async () => {
    const [ann, bob] = await three();
    const first = await makeGroup(ann, [bob]);
    const second = await makeGroup(ann, [bob]);
    await send(ann, first.id, "hello");
    await changeGroup(ann, second.id, { name: "Renamed" });
    expect((await conversationsOf(bob)).map(({ id }) => id)).toEqual([first.id, second.id]);
    const [top] = await conversationsOf(bob);
    expect(await conversationsOf(bob, `?before=${top?.lastMessage?.id}`)).toMatchObject([{ id: second.id }]);
    await send(ann, second.id, "hello");
    expect((await conversationsOf(bob)).map(({ id }) => id)).toEqual([second.id, first.id]);
  });
});

it("who asks how many are online is one of them, also before their stream is there", async () => {
  const [ann, bob] = await three();
  const { id } = await makeGroup(ann, [bob]);
  expect(await onlineIn(ann, id)).toBe(1);
});
