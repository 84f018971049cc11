import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { mountRoutes } from "@/lib/host/http";
import { Message } from "@/lib/protocol/messages";
import { sql } from "../support/database";
import type { Person } from "../support/person";
import { conversationsOf, messagesOf, pair, send, sendRequest, somebody, talk } from "../support/talk";

let one: Person;
let other: Person;
let id: string;

beforeAll(async () => {
  ({ one, other, id } = await pair());
});

describe("sending a message", () => {
  it("answers with the message, which both then have", async () => {
    const before = Date.now();
    const answer = await sendRequest(one, id, { content: "hello" });
    expect(answer.status).toBe(201);
    const message = Message.strict().parse(await answer.json());
    expect(message).toMatchObject({ conversationId: id, content: "hello", mine: true, sender: { id: one.id, username: one.username } });
    expect(message.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(message.createdAt) - before)).toBeLessThan(10_000);

    expect((await messagesOf(one, id))[0]).toEqual(message);
    expect((await messagesOf(other, id))[0]).toEqual({ ...message, mine: false });
  });

  it("says which version of a message it gives, where it is not the first", async () => {
    const { one, other, id } = await pair();
    const clientId = randomUUID();
    const message = await send(one, id, "as it was", clientId);
    expect(message).not.toHaveProperty("version");
    await sql("UPDATE messages SET content = 'as it is', version = 3 WHERE id = $1", [message.id]);
    const now = { content: "as it is", version: 3 };
    expect((await messagesOf(other, id))[0]).toMatchObject(now);
    expect((await conversationsOf(other))[0]?.lastMessage).toMatchObject(now);
    expect(await send(one, id, "as it was", clientId)).toMatchObject(now);
  });

  it("numbers what is sent at the same instant without a gap, and orders it the same for both", async () => {
    const { one, other, id } = await pair();
    await Promise.all(Array.from({ length: 40 }, (_, i) => send(i % 2 ? one : other, id, `message ${i}`)));
    const [seen, alsoSeen] = await Promise.all([one, other].map((viewer) => messagesOf(viewer, id, "?limit=100")));
    expect(seen?.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => 40 - i));
    expect(alsoSeen?.map(({ id }) => id)).toEqual(seen?.map(({ id }) => id));
    const times = seen?.map(({ createdAt }) => createdAt) ?? [];
    expect(times).toEqual([...times].sort().reverse());
    expect(seen?.map(({ mine }) => mine)).toEqual(alsoSeen?.map(({ mine }) => !mine));
  });

  it.each([
    ["line breaks and runs of spaces", "a  b\n\n\n   c\td"],
    ["what looks like markup", "<script>alert(1)</script> &amp; <b>"],
    ["what looks like a template or SQL", "${1} {{2}} %s '; DROP TABLE messages; --"],
    ["right-to-left text and marks that combine", "שלום עולם é e\u0301 \u202Eabc\u202C"],
    ["families of emoji", "👩‍👩‍👧‍👦🏳️‍🌈👍🏽"],
    ["control characters other than NUL", "a\u0001\u001b[31mb\u007f"],
    ["JSON in JSON", '{"content": "\\u0000"}'],
    ["4,000 letters", "x".repeat(4_000)],
    ["4,000 code points beyond the first plane", "😀".repeat(4_000)],
  ])("keeps %s as typed", async (_, content) => {
    expect((await send(one, id, content)).content).toBe(content);
    expect((await messagesOf(other, id, "?limit=1"))[0]?.content).toBe(content);
  });

  it("takes away white space at the two ends only", async () => {
    expect((await send(one, id, " \n\t  in  the middle \u00a0\u2003\n")).content).toBe("in  the middle");
    expect((await send(one, id, ` ${"x".repeat(4_000)} `)).content).toHaveLength(4_000);
  });

  it.each([
    ["nothing", { content: "" }],
    ["white space", { content: " \n\t\u00a0 " }],
    ["4,001 letters", { content: "x".repeat(4_001) }],
    ["4,001 code points beyond the first plane", { content: "😀".repeat(4_001) }],
    ["a NUL", { content: "a\u0000b" }],
    ["the first half of a surrogate pair", { content: "a\ud83d" }],
    ["the second half of one", { content: "\ude00b" }],
    ["no content", {}],
    ["null", { content: null }],
    ["a number", { content: 42 }],
    ["a list", { content: ["hello"] }],
    ["an object", { content: { text: "hello" } }],
  ])("refuses %s", async (_, json) => {
    const [last] = await messagesOf(one, id, "?limit=1");
    const refused = await sendRequest(one, id, json);
    expect({ status: refused.status, body: await refused.json() }).toEqual({
      status: 422,
      body: { errors: { content: expect.stringMatching(/\.$/) }, codes: expect.any(Object) },
    });
    expect((await messagesOf(one, id, "?limit=1"))[0]).toEqual(last);
  });
});

describe("a client id", () => {
  const stored = (clientId: string) => sql("SELECT id FROM messages WHERE client_id = $1", [clientId]);

  it("makes sending again harmless: the first message comes back, unchanged", async () => {
    const clientId = randomUUID();
    const first = await sendRequest(one, id, { content: "once", clientId });
    const again = await sendRequest(one, id, { content: "another text", clientId });
    expect([first.status, again.status]).toEqual([201, 200]);
    const message = await first.json();
    expect(message).toMatchObject({ content: "once", clientId });
    expect(await again.json()).toEqual(message);
    expect(await stored(clientId)).toHaveLength(1);
  });

  it("does so also when twenty are sent at the same instant", async () => {
    const { one, id } = await pair();
    const clientId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendRequest(one, id, { content: "once", clientId })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    for (const body of bodies) expect(body).toEqual(bodies[0]);
    expect(await messagesOf(one, id)).toEqual([bodies[0]]);
    expect(await conversationsOf(one)).toMatchObject([{ lastMessage: { seq: 1 } }]);
  });

  it("does so also when two servers get them at the same instant", async () => {
    const second = mountRoutes();
    const { one, id } = await pair();
    for (let round = 1; round <= 10; round++) {
      const json = { content: `round ${round}`, clientId: randomUUID() };
      const headers = { Authorization: `Bearer ${one.token}`, "Content-Type": "application/json" };
      const elsewhere = () => second.request(`/api/conversations/${id}/messages`, { method: "POST", headers, body: JSON.stringify(json) });
      const answers = await Promise.all([1, 2, 3].flatMap(() => [sendRequest(one, id, json), elsewhere()]));
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array(5).fill(200), 201]);
      const ids = await Promise.all(answers.map(async (answer) => (await answer.json()).id));
      expect(new Set(ids).size).toBe(1);
      expect((await messagesOf(one, id, "?limit=1"))[0]?.seq).toBe(round);
    }
  });

  it("is the sender's own: the other may use the same", async () => {
    const clientId = randomUUID();
    const mine = await send(one, id, "mine", clientId);
    const theirs = await sendRequest(other, id, { content: "theirs", clientId });
    expect(theirs.status).toBe(201);
    expect((await theirs.json()).id).not.toBe(mine.id);
  });

  it("counts in its conversation only", async () => {
    const clientId = randomUUID();
    const elsewhere = await talk(one, await somebody());
    const here = await send(one, id, "here", clientId);
    const there = await sendRequest(one, elsewhere.id, { content: "there", clientId });
    expect(there.status).toBe(201);
    expect((await there.json()).id).not.toBe(here.id);
  });

  it("is told to its sender only", async () => {
    const clientId = randomUUID();
    const sent = await send(one, id, "for you", clientId);
    expect((await messagesOf(one, id, "?limit=1"))[0]).toEqual(sent);
    expect((await messagesOf(other, id, "?limit=1"))[0]).not.toHaveProperty("clientId");
    expect((await conversationsOf(one))[0]?.lastMessage?.clientId).toBe(clientId);
    expect((await conversationsOf(other))[0]?.lastMessage).not.toHaveProperty("clientId");
  });

  it("is the same in any letter case, and comes back in lower case", async () => {
    const clientId = randomUUID();
    const first = await send(one, id, "hello", clientId.toUpperCase());
    expect(first.clientId).toBe(clientId);
    expect(await send(one, id, "hello", clientId)).toEqual(first);
  });

  it("may be any UUID, whatever its version", async () => {
    const clientId = "00000000-0000-0000-0000-0000000000ab";
    expect((await send(one, id, "hello", clientId)).clientId).toBe(clientId);
  });

  it.each(["", "1", "not a uuid", `${randomUUID()}0`, "\u0000", 7, null, [randomUUID()]])("is not %j", async (clientId) => {
    const refused = await sendRequest(one, id, { content: "hello", clientId });
    expect({ status: refused.status, body: await refused.json() }).toEqual({
      status: 422,
      body: { errors: { clientId: expect.any(String) }, codes: expect.any(Object) },
    });
  });
});
