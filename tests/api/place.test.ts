import { describe, expect, it } from "vitest";
import { add, changePlace, makeGroup, participantsOf } from "../support/groups";
import type { Person } from "../support/person";
import { conversation, conversationsOf, messagesOf, pair, read, send, sendMany, sendRequest, somebody, talk } from "../support/talk";

const ids = async (viewer: Person, query = "") => (await conversationsOf(viewer, query)).map(({ id }) => id);
const patch = (who: Person, id: string, json: unknown) => who.fetch(`/api/conversations/${id}/place`, { method: "PATCH", json });
const readers = async (viewer: Person, id: string, messageId: string, query = "") =>
  (await (await viewer.fetch(`/api/conversations/${id}/messages/${messageId}/readers${query}`)).json()).map(
    (user: { id: string }) => user.id,
  );

describe("one's own place in a conversation", () => {
  it("is muted for a time or for good, and what is worth telling is chosen, for oneself alone", async () => {
    const { one, other, id } = await pair();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect(await changePlace(one, id, { muted: until, notify: "mentions" })).toMatchObject({ muted: until, notify: "mentions" });
    expect(await changePlace(one, id, { muted: "always" })).toMatchObject({ muted: "always", notify: "mentions" });
    expect(await conversation(other, id)).toMatchObject({ muted: "no", notify: "everything", placeVersion: 0 });
    expect(await changePlace(one, id, { muted: "no" })).toMatchObject({ muted: "no" });
    expect(await changePlace(one, id, { muted: new Date(Date.now() - 1_000).toISOString() })).toMatchObject({ muted: "no" });
  });

  it("grows by one version with each change, and by none where nothing changes", async () => {
    const { one, id } = await pair();
    const versions: number[] = [];
    for (const json of [{ pinned: 1 }, { pinned: 1 }, { pinned: 2 }, {}, { archived: false }, { pinned: null }]) {
      versions.push((await changePlace(one, id, json)).placeVersion);
    }
    expect(versions).toEqual([1, 1, 2, 2, 2, 3]);
  });

  it.each([
    ["0000-01-01T00:00:00Z", "no"],
    ["2020-01-01T00:00:00+23:59", "no"],
    ["2999-01-01T00:00:00+23:59", "2998-12-31T00:01:00.000Z"],
    ["9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999Z"],
  ])("is muted until %s, as every time that a calendar has", async (muted, shown) => {
    const { one, id } = await pair();
    expect(await changePlace(one, id, { muted })).toMatchObject({ muted: shown });
  });

  it.each([
    [{ muted: "sometimes" }, "muted"],
    [{ notify: "all" }, "notify"],
    [{ pinned: 1.5 }, "pinned"],
    [{ archived: "yes" }, "archived"],
  ])("refuses %j", async (json, field) => {
    const { one, id } = await pair();
    const refused = await patch(one, id, json);
    expect({ status: refused.status, fields: Object.keys((await refused.json()).errors) }).toEqual({ status: 422, fields: [field] });
  });

  it("is pinned in the order that its owner gives, of at most 100", async () => {
    const one = await somebody();
    const made = [];
    for (let i = 0; i < 3; i++) made.push((await makeGroup(one)).id);
    for (const [i, id] of made.entries()) await changePlace(one, id, { pinned: 3 - i });
    const pinned = await conversationsOf(one, "?pinned=true");
    expect(pinned.map(({ id, pinned: at }) => [id, at]).sort()).toEqual(made.map((id, i) => [id, 3 - i]).sort());
    expect(await ids(one)).toHaveLength(3);
  });
});

describe("an archived conversation", () => {
  it("leaves the list, and is listed apart, page by page", async () => {
    const one = await somebody();
    const made: string[] = [];
    for (let i = 0; i < 4; i++) made.push((await makeGroup(one)).id);
    for (const id of made.slice(0, 3)) await changePlace(one, id, { archived: true });
    expect(await ids(one)).toEqual([made[3]]);
    const archived = await ids(one, "?archived=true");
    expect(archived).toEqual(made.slice(0, 3).reverse());
    expect(await ids(one, `?archived=true&limit=2&before=${archived[0]}`)).toEqual(archived.slice(1));
    await changePlace(one, made[0] as string, { archived: false });
    expect(await ids(one)).toEqual([made[3], made[0]]);
  });

  it("comes back with a new message", async () => {
    const { one, other, id } = await pair();
    await send(other, id, "hello");
    await changePlace(one, id, { archived: true });
    expect(await ids(one)).toEqual([]);
    expect(await ids(one, "?unread=true")).toEqual([]);
    await send(other, id, "still there?");
    expect(await conversationsOf(one)).toMatchObject([{ id, archived: false, unreadCount: 2 }]);
    expect(await ids(one, "?archived=true")).toEqual([]);
  });

  it("stays away while it is muted, and comes back with neither a quiet line nor a reading", async () => {
    const [one, other] = await Promise.all([somebody(), somebody()]);
    const { id } = await makeGroup(one, [other]);
    await send(one, id, "hello");
    await changePlace(other, id, { archived: true });
    await one.fetch(`/api/groups/${id}`, { method: "PATCH", json: { name: "Renamed" } });
    await read(other, id);
    expect(await ids(other)).toEqual([]);
    await changePlace(other, id, { muted: "always" });
    await send(one, id, "anybody?");
    expect(await ids(other)).toEqual([]);
    expect(await ids(other, "?archived=true")).toEqual([id]);
  });
});

describe("what is marked as unread", () => {
  it("is so from a message on, until it is read again, also where it was read before", async () => {
    const { one, other, id } = await pair();
    const sent = await sendMany(one, id, 5);
    await read(other, id);
    const marked = await changePlace(other, id, { unreadFrom: sent[2]?.id });
    expect(marked).toMatchObject({ unreadCount: 3, readSeq: 2, placeVersion: 1 });
    expect(await ids(other, "?unread=true")).toEqual([id]);
    expect((await conversation(one, id)).otherReadSeq).toBe(5);
    expect(await readers(one, id, sent[4]?.id ?? "")).toEqual([other.id]);
    await read(other, id, sent[3]?.id);
    expect(await conversation(other, id)).toMatchObject({ unreadCount: 1, readSeq: 4 });
  });

  it("leaves unread what was so before it, and tells others of no reading", async () => {
    const { one, other, id } = await pair();
    const sent = await sendMany(one, id, 5);
    expect(await changePlace(other, id, { unreadFrom: sent[3]?.id })).toMatchObject({ unreadCount: 5, readSeq: 0, placeVersion: 0 });
    expect(await changePlace(other, id, { deletedUpTo: sent[4]?.id })).toMatchObject({ unreadCount: 0 });
    expect((await conversation(one, id)).otherReadSeq).toBe(0);
  });

  it("is named by a message of the conversation", async () => {
    const { one, id } = await pair();
    const { id: elsewhere } = await send(one, (await talk(one, await somebody())).id, "elsewhere");
    for (const unreadFrom of [elsewhere, "nothing"]) expect((await patch(one, id, { unreadFrom })).status).toBe(404);
    expect((await conversation(one, id)).placeVersion).toBe(0);
  });

  it("is read all at once, in every conversation", async () => {
    const [one, other, third] = (await Promise.all([somebody(), somebody(), somebody()])) as [Person, Person, Person];
    const direct = (await talk(one, other)).id;
    const { id: group } = await makeGroup(third, [other]);
    await sendMany(one, direct, 3);
    await sendMany(third, group, 2);
    for (let i = 0; i < 2; i++) expect((await other.fetch("/api/read_all", { method: "POST" })).status).toBe(204);
    expect((await conversationsOf(other)).map(({ unreadCount }) => unreadCount)).toEqual([0, 0]);
    expect((await conversation(one, direct)).otherReadSeq).toBe(3);
    await send(third, group, "and one more");
    expect(await ids(other, "?unread=true")).toEqual([group]);
  });
});

describe("a direct conversation that somebody deletes for themselves", () => {
  it("is gone for them, and comes back empty with what is said next", async () => {
    const { one, other, id } = await pair();
    const sent = await sendMany(one, id, 3);
    await changePlace(other, id, { pinned: 1, archived: true });
    const deleted = await changePlace(other, id, { deletedUpTo: sent[2]?.id });
    expect(deleted).toMatchObject({ lastMessage: null, unreadCount: 0, fromSeq: 3, pinned: null, archived: false });
    expect(await ids(other)).toEqual([]);
    expect(await messagesOf(other, id)).toEqual([]);
    expect(await messagesOf(one, id)).toHaveLength(3);
    await send(one, id, "again");
    expect((await messagesOf(other, id)).map(({ content }) => content)).toEqual(["again"]);
    expect(await conversationsOf(other)).toMatchObject([{ id, unreadCount: 1 }]);
    expect((await talk(other, one)).id).toBe(id);
  });

  it("loses nothing of what came meanwhile, however often it is asked", async () => {
    const { one, other, id } = await pair();
    const sent = await sendMany(one, id, 3);
    for (let i = 0; i < 2; i++) await changePlace(other, id, { deletedUpTo: sent[1]?.id });
    expect((await messagesOf(other, id)).map(({ content }) => content)).toEqual(["3"]);
    await sendRequest(other, id, { content: "answer" });
    expect(await conversation(other, id)).toMatchObject({ fromSeq: 2, lastMessage: { content: "answer" } });
  });

  it("is their own matter: the other sees by no receipt that it was done", async () => {
    const { one, other, id } = await pair();
    const sent = await sendMany(one, id, 3);
    await read(other, id, sent[1]?.id);
    const seen = async () => [
      await conversation(one, id),
      await readers(one, id, sent[0]?.id ?? ""),
      await readers(one, id, sent[2]?.id ?? ""),
    ];
    const before = await seen();
    await changePlace(other, id, { deletedUpTo: sent[2]?.id });
    expect(await seen()).toEqual(before);
    expect(await conversation(other, id)).toMatchObject({ unreadCount: 0 });
  });

  it("is not so deleted where it is a group", async () => {
    const one = await somebody();
    const { id } = await makeGroup(one);
    const { id: deletedUpTo } = await send(one, id, "hello");
    expect((await patch(one, id, { deletedUpTo })).status).toBe(422);
    expect(await messagesOf(one, id)).toHaveLength(2);
  });
});

describe("who has read a message", () => {
  it("is told to those in the group, by name and by pages, without who sent it", async () => {
    const owner = await somebody();
    const people = await Promise.all(Array.from({ length: 4 }, somebody));
    const { id } = await makeGroup(owner, people);
    const message = await send(owner, id, "hello");
    expect(await readers(owner, id, message.id)).toEqual([]);
    for (const one of people.slice(0, 3)) await read(one, id);
    const byName = (await participantsOf(owner, id)).map(({ user }) => user.id);
    const expected = byName.filter((userId) => people.slice(0, 3).some((one) => one.id === userId));
    expect(await readers(people[3] as Person, id, message.id)).toEqual(expected);
    expect(await readers(owner, id, message.id, `?limit=2&before=${expected[0]}`)).toEqual(expected.slice(1));
  });

  it("is nobody who came after it was said", async () => {
    const [owner, other, late] = (await Promise.all([somebody(), somebody(), somebody()])) as [Person, Person, Person];
    const { id } = await makeGroup(owner, [other]);
    const message = await send(owner, id, "hello");
    await read(other, id);
    await add(owner, id, late);
    await read(late, id);
    expect(await readers(owner, id, message.id)).toEqual([other.id]);
  });
});
