import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { sql } from "../support/database";
import { makeGroup } from "../support/groups";
import { host } from "../support/host";
import { type Person, request, signIn } from "../support/person";
import { pair, send, sendRequest, somebody } from "../support/talk";

let one: Person;
let other: Person;
let id: string;

beforeAll(async () => {
  await host({ RATE_LIMIT: "on" });
  ({ one, other, id } = await pair());
});

/** Seconds that have to be left of a window: what is asked next has to fall into the same one, on a busy machine too. */
const LEFT = 5;

/** Calls until it is refused for a while: the budget of a window that is about to end counts for nothing. */
async function exhaust(call: () => Promise<Response>): Promise<{ taken: number; refused: Response }> {
  for (let taken = 0; taken < 1_000; ) {
    const answer = await call();
    if (answer.status === 429 && Number(answer.headers.get("retry-after")) >= LEFT) return { taken, refused: answer };
    if (answer.status !== 429) taken++;
    await answer.body?.cancel();
  }
  throw new Error("A thousand calls were taken.");
}

describe("who calls too often", () => {
  it("is told so, and when to come back; other devices of theirs too, and nobody else", async () => {
    const { refused } = await exhaust(() => sendRequest(one, id, { content: "again" }));
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({ status: 429, body: { message: expect.any(String) } });
    expect(refused.headers.get("retry-after")).toMatch(/^([5-9]|10)$/);
    expect(refused.headers.get("cache-control")).toBe("private, no-store");
    expect((await sendRequest(await signIn(one), id, { content: "from the phone" })).status).toBe(429);
    expect((await sendRequest(other, id, { content: "from the other" })).status).toBe(201);
    expect((await one.fetch(`/api/conversations/${id}/messages`)).status).toBe(200);
  });

  it.each([
    ["searching", "GET", "/api/usernames?search=x", 200],
    ["finding people", "GET", "/api/users?search=x", 200],
    ["opening streams", "GET", "/api/messages", 406],
    ["uploading", "PUT", "/api/auth_user/avatar", 415],
    ["starting conversations", "POST", "/api/conversations", 415],
  ])("is stopped %s, also where the calls come to nothing", async (_, method, path, status) => {
    const { one } = await pair();
    const call = () => one.fetch(path, { method });
    expect((await call()).status).toBe(status);
    const { taken, refused } = await exhaust(call);
    expect(refused.status).toBe(429);
    expect(taken).toBeGreaterThanOrEqual(10);
  });

  it("is stopped looking through the people of groups with what they search for, which costs as much", async () => {
    const one = await somebody();
    const { id } = await makeGroup(one);
    const message = await send(one, id, "hello");
    await exhaust(() => one.fetch("/api/users?search=x"));
    for (const path of [`groups/${id}/participants`, `conversations/${id}/messages/${message.id}/readers`, "groups"])
      expect((await one.fetch(`/api/${path}`)).status).toBe(429);
    expect((await one.fetch(`/api/conversations/${id}/messages`)).status).toBe(200);
  });

  it("is stopped sending forms, before they are read; who is signed in at that address is not concerned", async () => {
    const { one, id } = await pair();
    const send = async (headers = {}) =>
      (await host()).fetch(`/api/forms/conversations/${id}/messages`, {
        method: "POST",
        headers: { "Sec-Fetch-Site": "same-origin", ...headers },
        body: new URLSearchParams({ content: "My words", clientId: randomUUID() }),
      });
    const given = await send();
    expect([given.status, await given.text()]).toEqual([401, expect.stringContaining("My words")]);
    const { taken, refused } = await exhaust(() => send());
    expect(taken).toBeLessThanOrEqual(240);
    expect(await refused.text()).not.toContain("My words");
    expect((await send({ Cookie: `parley.session=${one.token}` })).status).toBe(303);
  });

  it("is stopped making groups, and adding people to them, for the day", async () => {
    const { one, other } = await pair();
    const { taken } = await exhaust(() => one.fetch("/api/groups", { method: "POST", json: { name: "One of many" } }));
    expect(taken).toBe(50);
    const { id: groupId } = await makeGroup(other);
    const [user] = await sql<{ username: string }>("SELECT username FROM users LIMIT 1");
    const usernames = Array(100).fill(user?.username);
    await sql("INSERT INTO rate_limits (key, points, expire) VALUES ($1, 1999, $2)", [`people_added:${other.id}`, Date.now() + 86_400_000]);
    const add = () => other.fetch(`/api/groups/${groupId}/participants`, { method: "POST", json: { usernames } });
    expect((await add()).status).toBe(200);
    expect((await add()).status).toBe(429);
  });

  it("is stopped trying links to groups, by address", async () => {
    const { taken, refused } = await exhaust(() => request(`/api/invites/${"x".repeat(22)}`));
    expect(refused.status).toBe(429);
    expect(taken).toBeLessThanOrEqual(240);
  });

  it("is stopped signing up, by address", async () => {
    const { refused } = await exhaust(async () => (await host()).fetch("/api/users", { method: "POST" }));
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({ status: 429, body: { message: expect.any(String) } });
  });
});
