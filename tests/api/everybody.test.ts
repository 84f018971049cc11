import { beforeAll, describe, expect, it } from "vitest";
import { sql } from "../support/database";
import { changeGroup, groupOf, makeGroup, participantsOf, takeOut } from "../support/groups";
import { type Person, person, request } from "../support/person";
import { conversation, conversationsOf, messagesOf, send } from "../support/talk";

let first: Person;
let second: Person;

beforeAll(async () => {
  first = await person("first");
  second = await person("second");
});

const own = async (who: Person) => (await who.fetch("/api/auth_user")).json();
const signUp = async (username: string): Promise<{ id: string }> =>
  (await request("/api/users", { method: "POST", json: { username, password: "a walk along the river" } })).json();

describe("the first account of a server", () => {
  it("is its administrator, and no other is", async () => {
    expect(await own(first)).toMatchObject({ administrator: true });
    expect(await own(second)).toMatchObject({ administrator: false });
    await signUp("third");
    expect(await sql("SELECT username FROM users WHERE administrator")).toEqual([{ username: "first" }]);
  });

  it("is one, also where many are made at the same instant", async () => {
    await sql("DELETE FROM users");
    await Promise.all(Array.from({ length: 10 }, (_, i) => person(`racer${i}`)));
    expect(await sql("SELECT FROM users WHERE administrator")).toHaveLength(1);
    await sql("DELETE FROM users");
    first = await person("first");
    second = await person("second");
  });
});

describe("a group of everybody", () => {
  it("is made by an administrator of the server alone, and has all accounts in it, those that are made later too", async () => {
    const { id } = await makeGroup(second);
    const asked = { method: "PATCH", json: { everybody: true } };
    expect((await second.fetch(`/api/groups/${id}`, asked)).status).toBe(403);
    const { id: all } = await makeGroup(first, [], { name: "All hands" });
    await send(first, all, "welcome");
    const [{ count } = { count: 0 }] = await sql<{ count: number }>("SELECT count(*)::int AS count FROM users");
    for (let i = 0; i < 2; i++)
      expect(await changeGroup(first, all, { everybody: true })).toMatchObject({ everybody: true, participantCount: count });
    const { id: later } = await signUp("latecomer");
    expect(await groupOf(second, all)).toMatchObject({ participantCount: count + 1 });
    expect((await participantsOf(first, all, "?search=latecomer")).map(({ user }) => user.id)).toEqual([later]);
    expect(await conversation(second, all)).toMatchObject({ unreadCount: 0, lastMessage: { content: "welcome" } });
    expect((await conversationsOf(second)).map((one) => one.id)).toContain(all);
    expect((await messagesOf(first, all)).filter(({ notice }) => notice?.kind === "joined")).toEqual([]);
  });

  it("is left by nobody, and nobody is taken out of it", async () => {
    const { id } = await makeGroup(first);
    await changeGroup(first, id, { everybody: true });
    expect((await takeOut(second, id, second)).status).toBe(403);
    expect((await takeOut(first, id, second)).status).toBe(403);
  });
});
