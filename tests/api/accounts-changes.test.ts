import { beforeAll, describe, expect, it } from "vitest";
import { sql } from "../support/database";
import { host } from "../support/host";
import { type Person, people } from "../support/person";
import { conversation, send, talk } from "../support/talk";

let jane: Person;
let friend: Person;
let stranger: Person;
let written: string;
let empty: string;
beforeAll(async () => {
  await host({ RATE_LIMIT: "on" });
  [jane, friend, stranger] = (await people(3, "person")) as [Person, Person, Person];
  written = (await talk(jane, friend)).id;
  await send(friend, written, "hello");
  empty = (await talk(stranger, jane)).id;
});

const rename = (name: string) => jane.fetch("/api/auth_user", { method: "PATCH", json: { name } });
const told = () => sql<{ conversation_id: string }>("SELECT conversation_id FROM events WHERE type = 'user' ORDER BY id");

describe("a change of name", () => {
  it("is told where something was written; who has merely started a conversation sees it at the next load", async () => {
    expect((await (await rename("Jane")).json()).name).toBe("Jane");
    expect(await told()).toEqual([{ conversation_id: written }]);
    expect((await conversation(stranger, empty)).otherParticipant?.name).toBe("Jane");
  });

  it("that changes nothing is told to nobody, nor is the removal of a picture that nobody has", async () => {
    const same = await rename("Jane");
    expect([same.status, (await same.json()).name]).toEqual([200, "Jane"]);
    const removed = await jane.fetch("/api/auth_user/avatar", { method: "DELETE" });
    expect([removed.status, (await removed.json()).name]).toEqual([200, "Jane"]);
    expect(await told()).toHaveLength(1);
  });

  it("is made ten times in ten minutes at most", async () => {
    const statuses = [];
    // A window may end among them.
    for (let i = 0; i < 21; i++) statuses.push((await rename(`Jane ${i}`)).status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });
});
