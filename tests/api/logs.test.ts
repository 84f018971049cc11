import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { sql } from "../support/database";
import { host } from "../support/host";
import { listen } from "../support/listen";
import { type Person, person, request } from "../support/person";
import { messagesOf, read, readRequest, send, sendRequest, talk } from "../support/talk";

/** Each is told to the server once or more, in one place or another; none may come out of its logs. */
const SECRETS = {
  password: `a password ${randomUUID()}`,
  wrong: `a wrong password ${randomUUID()}`,
  content: `what nobody else may read ${randomUUID()}`,
  refused: `what was refused ${randomUUID()} \u0000`,
  search: "jennifer.mistyped",
  unknown: `secret${randomUUID().slice(0, 8)}`,
  query: randomUUID(),
  clientId: randomUUID(),
};

const logged = async () => (await host()).logs();
const entries = async () =>
  (await logged())
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

describe("the logs", () => {
  let tokens: string[];
  let lastRequest: string;

  beforeAll(async () => {
    await host({ LOG_LEVEL: "trace", RATE_LIMIT: "on", DEV_LOGIN: "1" });
    await request("/api/users", { method: "POST", json: { username: "Jane", password: SECRETS.password } });
    const login = (json: unknown) => request("/api/login", { method: "POST", json, headers: { "Sec-Fetch-Site": "same-origin" } });
    const { token } = await (await login({ username: "jane", password: SECRETS.password })).json();
    await login({ username: "jane", password: SECRETS.wrong });
    await login({ username: SECRETS.unknown, password: SECRETS.wrong });
    await login({ username: SECRETS.unknown });
    await login({ username: "jane", password: ["a list", SECRETS.wrong] });
    await request("/api/login", {
      method: "POST",
      body: `{"password":"${SECRETS.password}"`,
      headers: { "Content-Type": "application/json" },
    });

    const john = await person("john");
    const jane: Person = {
      ...john,
      fetch: (path, options = {}) =>
        request(path, { ...options, headers: { Cookie: `parley.session=${token}`, "Sec-Fetch-Site": "same-origin", ...options.headers } }),
    };
    const { id } = await talk(john, { username: "Jane" } as Person);
    const stream = await listen({ token: "" }, { path: `/api/messages?token=${token}&x=${SECRETS.query}`, headers: { Authorization: "" } });
    await send(john, id, SECRETS.content, SECRETS.clientId);
    await stream.next(({ data }) => data.includes(SECRETS.content));
    await stream.close();
    await sendRequest(john, id, { content: SECRETS.refused });
    await sendRequest(john, id, { content: SECRETS.content, clientId: SECRETS.refused });
    await messagesOf(jane, id, "?limit=5");
    await read(jane, id);
    await readRequest(jane, id, { json: { upTo: SECRETS.query } });
    await john.fetch(`/api/usernames?search=${SECRETS.search}`);
    await john.fetch(`/api/conversations/${id}/messages?before=${SECRETS.query}`);
    await jane.fetch("/api/auth_user", { method: "PATCH", json: { name: SECRETS.content.slice(0, 60) } });
    await jane.fetch("/api/auth_user/password", { method: "PUT", json: { currentPassword: SECRETS.wrong, newPassword: SECRETS.password } });
    await jane.fetch("/api/auth_user", { headers: { Authorization: `Bearer ${token}x` } });

    // Where the database refuses, its driver's errors hold the statement's values.
    await sql("ALTER TABLE messages ADD CONSTRAINT refuses CHECK (false) NOT VALID");
    await sendRequest(john, id, { content: SECRETS.content, clientId: randomUUID() });
    await sql("ALTER TABLE messages DROP CONSTRAINT refuses");
    await sql("ALTER TABLE users RENAME COLUMN password_hash TO misplaced");
    await login({ username: "jane", password: SECRETS.password });
    await request("/api/users", { method: "POST", json: { username: "newcomer", password: SECRETS.password } });
    await sql("ALTER TABLE users RENAME COLUMN misplaced TO password_hash");

    const { token: refreshed } = await (await jane.fetch("/api/refresh_token", { method: "POST" })).json();
    const out = await jane.fetch("/api/logout", { method: "POST" });
    lastRequest = out.headers.get("x-request-id") ?? "";
    tokens = [token, refreshed, john.token];
    while (!(await logged()).includes(lastRequest)) await new Promise(setImmediate);
  });

  it("hold an entry for each request: its id, method, path, status and time, and who made it", async () => {
    expect(await entries()).toContainEqual({
      level: 30,
      time: expect.any(String),
      requestId: lastRequest,
      method: "POST",
      path: "/api/logout",
      status: 204,
      userId: expect.any(String),
      ms: expect.any(Number),
    });
  });

  it("hold each sign-in that failed: whose account it was, from where and why; a name that nobody has may be a password", async () => {
    const failed = (await entries()).filter(({ msg }) => msg === "a sign-in failed");
    const told = { level: 30, time: expect.any(String), msg: "a sign-in failed", address: expect.any(String), reason: "wrong password" };
    expect(failed).toEqual([
      { ...told, username: "Jane", userId: expect.any(String) },
      { ...told, username: "unknown" },
    ]);
  });

  it("hold what went wrong, with its stack", async () => {
    const failures = (await entries()).filter(({ err }) => err);
    expect(failures.length).toBeGreaterThanOrEqual(3);
    for (const { requestId, err } of failures) {
      expect(requestId).toBeTruthy();
      expect(err.stack).toContain("\n    at ");
    }
  });

  it.each(Object.entries(SECRETS))("hold no %s", async (_, secret) => {
    const all = await logged();
    expect(all).not.toContain(secret);
    expect(all).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it("hold no token and no cookie, in whole or in part", async () => {
    const all = await logged();
    for (const part of tokens.flatMap((token) => token.split(".").slice(1))) expect(all).not.toContain(part);
    expect(all).not.toMatch(/parley\.session|cookie|authorization|bearer|token=/i);
  });

  it("hold no question mark's worth of an address", async () => {
    for (const { path } of await entries()) expect(path ?? "").not.toContain("?");
  });
});
