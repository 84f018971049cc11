import { beforeAll, describe, expect, it } from "vitest";
import { sql } from "../support/database";
import { type Person, person, request } from "../support/person";

const PASSWORD = "correct horse battery";
const DAY = 86_400_000;

const login = (json: unknown, headers: Record<string, string> = {}) => request("/api/login", { method: "POST", json, headers });
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

beforeAll(async () => {
  await request("/api/users", { method: "POST", json: { username: "Jane", password: PASSWORD } });
});

describe("signing in", () => {
  it("answers with the user and a token that is good for 14 days", async () => {
    const answer = await login({ username: "jane", password: PASSWORD });
    expect(answer.status).toBe(200);
    const { authUser, token, expiresAt } = await answer.json();
    expect(authUser).toEqual({ id: expect.any(String), username: "Jane", name: null, avatarURL: null });
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(14 * DAY - 60_000);
    expect(expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

    const caller = await request("/api/auth_user", bearer(token));
    expect(caller.status).toBe(200);
    expect(await caller.json()).toEqual({ ...authUser, administrator: expect.any(Boolean) });
  });

  it("answers a wrong password, an unknown name and an impossible name alike", async () => {
    const answers = await Promise.all(
      ["jane", "nobody.at.all", "no such name!", "nul\u0000byte"].map((username) => login({ username, password: "wrong password" })),
    );
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(new Set(bodies).size).toBe(1);
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject({ message: expect.any(String) });
  });

  it("does not sign in without a password, unless it is development", async () => {
    expect((await login({ username: "jane" })).status).toBe(404);
    expect((await login({ username: "nobody.at.all" })).status).toBe(404);
  });

  it("wants a username", async () => {
    const refused = await login({ username: " ", password: PASSWORD });
    expect(refused.status).toBe(422);
    expect((await refused.json()).errors).toEqual({ username: expect.any(String) });
  });
});

describe("tokens", () => {
  let jane: Person;
  beforeAll(async () => {
    jane = await person("token.jane");
  });

  it.each([
    ["none", undefined],
    ["no token", "Bearer"],
    ["garbage", "Bearer garbage"],
    ["three parts of garbage", "Bearer a.b.c"],
    ["no Bearer", "Basic amFuZTpqYW5l"],
  ])("refuses a request with %s", async (_, authorization) => {
    const refused = await request("/api/auth_user", { headers: authorization ? { Authorization: authorization } : {} });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ message: expect.any(String) });
  });

  it("counts in a query on the stream only", async () => {
    expect((await request(`/api/auth_user?token=${jane.token}`)).status).toBe(401);
  });

  it("can be renewed: the same session, a new end", async () => {
    await sql("UPDATE sessions SET expires_at = now() + interval '1 day' WHERE id = $1", [jane.sessionId]);
    const renewed = await jane.fetch("/api/refresh_token", { method: "POST" });
    expect(renewed.status).toBe(200);
    const { token, expiresAt } = await renewed.json();
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(14 * DAY - 60_000);
    expect((await request("/api/auth_user", bearer(token))).status).toBe(200);

    const stored = await sql<{ id: string; expires_at: Date }>("SELECT id, expires_at FROM sessions WHERE user_id = $1", [jane.id]);
    expect(stored).toEqual([{ id: jane.sessionId, expires_at: new Date(expiresAt) }]);
  });

  it("can be renewed until ninety days after signing in, and not for longer", async () => {
    const busy = await person("busy");
    const signedInAgo = (days: number) =>
      sql("UPDATE sessions SET created_at = now() - interval '1 day' * $2 WHERE id = $1", [busy.sessionId, days]);
    const renew = () => busy.fetch("/api/refresh_token", { method: "POST" });
    await signedInAgo(85);
    const { token, expiresAt } = await (await renew()).json();
    expect((Date.parse(expiresAt) - Date.now()) / DAY).toBeCloseTo(5, 2);
    const { exp } = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
    expect(exp * 1000).toBe(Date.parse(expiresAt));
    expect(await sql("SELECT expires_at FROM sessions WHERE id = $1", [busy.sessionId])).toEqual([{ expires_at: new Date(expiresAt) }]);
    await signedInAgo(91);
    expect((await renew()).status).toBe(401);
    expect(await sql("SELECT expires_at FROM sessions WHERE id = $1", [busy.sessionId])).toEqual([{ expires_at: new Date(expiresAt) }]);
  });

  it("are void once their session has ended, and so are the renewed ones", async () => {
    const leaving = await person("leaving");
    const { token } = await (await leaving.fetch("/api/refresh_token", { method: "POST" })).json();
    expect((await leaving.fetch("/api/logout", { method: "POST" })).status).toBe(204);
    expect((await leaving.fetch("/api/auth_user")).status).toBe(401);
    expect((await request("/api/auth_user", bearer(token))).status).toBe(401);
    expect((await leaving.fetch("/api/refresh_token", { method: "POST" })).status).toBe(401);
  });

  it("are void when their session's time is over", async () => {
    const late = await person("late");
    await sql("UPDATE sessions SET expires_at = now() WHERE id = $1", [late.sessionId]);
    expect((await late.fetch("/api/auth_user")).status).toBe(401);
  });
});

describe("an account", () => {
  it("is asked for only by those who are signed in", async () => {
    const paths = ["/api/auth_user", "/api/sessions", "/api/usernames?search=ja", "/api/avatars/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"];
    for (const path of paths) expect([path, (await request(path)).status]).toEqual([path, 401]);
  });

  it("is on a server without GitHub not offered it", async () => {
    expect((await request("/api/oauth/github")).status).toBe(404);
  });
});
