import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Person } from "../support/person";
import { conversation, conversationsOf, group, messagesOf, pair, read, readRequest, send, sendMany, somebody } from "../support/talk";

const unread = async (viewer: Person, id: string) => {
  const { unreadCount, hasUnreadMessages, readSeq } = await conversation(viewer, id);
  expect(hasUnreadMessages).toBe(unreadCount > 0);
  return { unreadCount, readSeq };
};

describe("reading", () => {
  let one: Person;
  let other: Person;
  let id: string;

  beforeEach(async () => {
    ({ one, other, id } = await pair());
  });

  it("leaves nothing unread, and says so to the other", async () => {
    await sendMany(one, id, 3);
    expect(await unread(other, id)).toEqual({ unreadCount: 3, readSeq: 0 });
    const answer = await readRequest(other, id);
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe("");
    expect(await unread(other, id)).toEqual({ unreadCount: 0, readSeq: 3 });
    expect((await conversation(one, id)).otherReadSeq).toBe(3);
  });

  it("can stop at a message, and never goes back", async () => {
    const sent = await sendMany(one, id, 5);
    await read(other, id, sent[2]?.id);
    expect(await unread(other, id)).toEqual({ unreadCount: 2, readSeq: 3 });
    await read(other, id, sent[0]?.id);
    expect(await unread(other, id)).toEqual({ unreadCount: 2, readSeq: 3 });
    await read(other, id);
    await read(other, id, sent[3]?.id);
    expect(await unread(other, id)).toEqual({ unreadCount: 0, readSeq: 5 });
  });

  it("never goes back when reads of many places arrive at once", async () => {
    const sent = await sendMany(one, id, 20);
    await Promise.all(sent.map((_, i) => read(other, id, sent[(i * 7) % 20]?.id)));
    expect(await unread(other, id)).toEqual({ unreadCount: 0, readSeq: 20 });
  });

  it("is what sending does: one's own message and all before it count as read", async () => {
    await sendMany(one, id, 3);
    await send(other, id, "an answer");
    expect(await unread(other, id)).toEqual({ unreadCount: 0, readSeq: 4 });
    expect(await unread(one, id)).toEqual({ unreadCount: 1, readSeq: 3 });
  });

  it("does not follow from looking", async () => {
    await send(one, id, "hello");
    await messagesOf(other, id);
    await conversationsOf(other);
    expect(await unread(other, id)).toEqual({ unreadCount: 1, readSeq: 0 });
  });

  it("takes a body or none", async () => {
    const [sent] = await sendMany(one, id, 2);
    for (const options of [{}, { json: {} }, { headers: { "Content-Type": "application/json" } }, { json: { upTo: sent?.id } }]) {
      expect((await readRequest(other, id, options)).status).toBe(204);
    }
  });

  it.each([
    ["a list", { json: { upTo: ["x"] } }, 422],
    ["a number", { json: { upTo: 5 } }, 422],
    ["null", { json: { upTo: null } }, 422],
    ["a bare null for a body", { json: null }, 422],
    ["a bare text for a body", { json: "x" }, 422],
    ["what is not JSON", { body: "{", headers: { "Content-Type": "application/json" } }, 400],
    ["a form", { body: "upTo=x", headers: { "Content-Type": "application/x-www-form-urlencoded" } }, 415],
    ["bytes of no type", { body: new TextEncoder().encode('{"upTo":"x"}') }, 415],
    ["an id that is none", { json: { upTo: "abc" } }, 404],
    ["an unknown message", { json: { upTo: "00000000-0000-7000-8000-000000000000" } }, 404],
  ])("refuses %s, and marks nothing", async (_, options, status) => {
    await send(one, id, "hello");
    expect((await readRequest(other, id, options)).status).toBe(status);
    expect(await unread(other, id)).toEqual({ unreadCount: 1, readSeq: 0 });
  });

  it("stops at no message of another conversation", async () => {
    const elsewhere = await pair();
    const foreign = await send(elsewhere.one, elsewhere.id, "elsewhere");
    await send(one, id, "hello");
    const refused = await readRequest(other, id, { json: { upTo: foreign.id } });
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({ status: 404, body: { message: "Message not found" } });
    expect(await unread(other, id)).toEqual({ unreadCount: 1, readSeq: 0 });
  });
});

describe("the unread count", () => {
  const PEOPLE = 3;
  const who = fc.nat(PEOPLE - 1);
  const action = fc.oneof(
    fc.record({ verb: fc.constant("send" as const), who }),
    fc.record({ verb: fc.constant("read" as const), who }),
    fc.record({ verb: fc.constant("markRead" as const), who, place: fc.nat(20) }),
  );

  it("is what counting the messages after the last read one gives, whatever three people did", async () => {
    const people = await Promise.all(Array.from({ length: PEOPLE }, somebody));
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 14 }), async (actions) => {
        const id = await group(...people);
        const sent: { id: string; readBy: Set<number> }[] = [];
        const markUpTo = (reader: number, end: number) => {
          for (const message of sent.slice(0, end)) message.readBy.add(reader);
        };
        for (const step of actions) {
          const person = people[step.who] as Person;
          if (step.verb === "send") {
            sent.push({ id: (await send(person, id, "hello")).id, readBy: new Set() });
            markUpTo(step.who, sent.length);
          } else if (step.verb === "read") {
            await read(person, id);
            markUpTo(step.who, sent.length);
          } else if (sent.length > 0) {
            const place = step.place % sent.length;
            await read(person, id, sent[place]?.id);
            markUpTo(step.who, place + 1);
          }
        }
        const counted = people.map((_, reader) => sent.filter(({ readBy }) => !readBy.has(reader)).length);
        const told = await Promise.all(people.map(async (person) => (await unread(person, id)).unreadCount));
        expect(told).toEqual(counted);
        const seen = await Promise.all(people.map((person) => messagesOf(person, id)));
        for (const messages of seen) expect(messages.map((m) => m.id)).toEqual(sent.map((m) => m.id).reverse());
        seen.forEach((messages, i) => {
          for (const { mine, sender } of messages) expect(mine).toBe(sender.id === people[i]?.id);
        });
      }),
      { numRuns: 40 },
    );
  });
});
