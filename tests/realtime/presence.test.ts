import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { PRESENCE_SHOWN_MAX } from "@/lib/protocol/limits";
import { pool } from "@/lib/server/db";
import { type EventStream, openStream, type Received, ready } from "../support/event-stream";
import { add, changePlace, crowd, makeGroup, onlineIn, takeOut } from "../support/groups";
import { type ListeningHost, listen } from "../support/listening-host";
import type { Person } from "../support/person";
import { answer, group, pair, send, somebody, talk } from "../support/talk";

let host: ListeningHost;

beforeAll(async () => {
  host = await listen();
});
afterAll(() => host.close());

async function online(person: Person) {
  const stream = await openStream(host.url, { token: person.token });
  await stream.first(ready);
  return stream;
}

const tellsOf =
  (...people: Person[]) =>
  ({ name, data }: Received) =>
    name === "presence" && people.every(({ id }) => data.online.includes(id));

test("the first message of a conversation tells both that the other one is there, beside whom they know already", async () => {
  const [{ one, other, id }, stranger] = await Promise.all([pair(), somebody()]);
  await send(one, id, "Known of old");
  const streams = await Promise.all([one, other, stranger].map(online));
  const [ones, others, strangers] = streams as [(typeof streams)[0], (typeof streams)[0], (typeof streams)[0]];
  await Promise.all([ones.first(tellsOf(other)), others.first(tellsOf(one))]);

  const { id: fresh } = await talk(stranger, one);
  await send(stranger, fresh, "Hello");
  await Promise.all([ones.first(tellsOf(other, stranger)), strangers.first(tellsOf(one))]);
  expect(others.events.some(tellsOf(stranger))).toBe(false);
  expect(strangers.events.some(tellsOf(other))).toBe(false);
  for (const stream of streams) stream.cut();
});

test("who comes to a group is told who is there, and those in it that they are, at once", async () => {
  const [ann, bob, cid, stranger] = await Promise.all([somebody(), somebody(), somebody(), somebody()]);
  const { id } = await makeGroup(ann, [bob]);
  const { id: apart } = await makeGroup(stranger, [], { access: "open" });
  const streams = await Promise.all([ann, bob, cid, stranger].map(online));
  const [anns, bobs, cids, strangers] = streams as [EventStream, EventStream, EventStream, EventStream];
  await anns.first(tellsOf(bob));

  await add(ann, id, cid);
  await Promise.all([cids.first(tellsOf(ann, bob)), anns.first(tellsOf(cid)), bobs.first(tellsOf(cid))]);
  expect(strangers.events.some((event) => [ann, bob, cid].some((one) => tellsOf(one)(event)))).toBe(false);

  await answer(await cid.fetch(`/api/groups/${apart}/join`, { method: "POST" }), 200);
  await Promise.all([cids.first(tellsOf(ann, bob, stranger)), strangers.first(tellsOf(cid))]);
  for (const stream of streams) stream.cut();
});

test("nobody is told anew who is online because somebody mutes a group", async () => {
  const [ann, bob, cid] = await Promise.all([somebody(), somebody(), somebody()]);
  const { id } = await makeGroup(ann, [bob]);
  const streams = await Promise.all([ann, bob].map(online));
  const [anns, bobs] = streams as [EventStream, EventStream];
  await Promise.all([anns.first(tellsOf(bob)), bobs.first(tellsOf(ann))]);
  const told = () => anns.events.filter(({ name, data }) => name === "presence" && data.complete).length;
  const before = told();
  await changePlace(ann, id, { muted: "always" });
  await anns.first(({ name, data }) => name === "place" && data.conversation.muted === "always");
  // What comes after it is told, and nothing before it was.
  const cids = await online(cid);
  await add(bob, id, cid);
  await anns.first(tellsOf(cid));
  expect(told()).toBe(before);
  for (const stream of [...streams, cids]) stream.cut();
});

test("of a group of any size those in it are told how many are online, and nobody who, without a list being read", async () => {
  const [ann, bob, cid, stranger] = await Promise.all([somebody(), somebody(), somebody(), somebody()]);
  const id = await group(ann, bob, cid);
  await crowd(id, 300);
  const before = await Promise.all([ann, bob, stranger].map(online));
  const phone = await online(bob);
  await expect.poll(() => onlineIn(ann, id)).toBe(2);

  const queries = vi.spyOn(pool(), "query");
  expect(await onlineIn(bob, id)).toBe(2);
  const asked = queries.mock.calls.map(([statement]) => statement as unknown as { name: string; text: string });
  expect(asked.filter(({ text }) => /\bparticipants\b/.test(text)).map(({ name }) => name)).toEqual(["group_place"]);
  queries.mockRestore();

  const cids = await online(cid);
  await expect.poll(() => onlineIn(ann, id)).toBe(3);
  cids.cut();
  await expect.poll(() => onlineIn(ann, id)).toBe(2);
  await takeOut(bob, id, bob);
  await expect.poll(() => onlineIn(ann, id)).toBe(1);
  for (const stream of before) expect(stream.events.some(tellsOf(ann)) || stream.events.some(tellsOf(bob))).toBe(false);
  for (const stream of [...before, phone]) stream.cut();
});

test("whom somebody shares a conversation with is not read because they come to a group where nobody is told who is there", async () => {
  const [ann, bob, cid] = await Promise.all([somebody(), somebody(), somebody()]);
  const { id } = await makeGroup(ann);
  await crowd(id, PRESENCE_SHOWN_MAX - 1);
  const { id: small } = await makeGroup(ann);
  const streams = await Promise.all([ann, bob, cid].map(online));
  const [anns, bobs] = streams as [EventStream, EventStream];
  await Promise.all(streams.map((stream) => stream.first(({ name }) => name === "presence")));

  const queries = vi.spyOn(pool(), "query");
  await add(ann, id, bob);
  await bobs.first(({ name, data }) => name === "place" && data.conversation.id === id);
  // What comes after it is told, and by then all would have been that was to be told of him.
  await add(ann, small, cid);
  await anns.first(tellsOf(cid));
  const asked = queries.mock.calls.map(([statement]) => statement as unknown as { name: string; values: unknown[] });
  const lookedUp = asked.filter(({ name }) => name === "presence_contacts").flatMap(({ values }) => values[0]);
  expect(lookedUp).toContain(cid.id);
  expect(lookedUp).not.toContain(bob.id);
  queries.mockRestore();
  for (const stream of streams) stream.cut();
});
