import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { Browser } from "../support/browser";
import { database, sql, waitForBlocked } from "../support/database";
import { host } from "../support/host";
import { listen } from "../support/listen";
import { type Person, person, request, signIn } from "../support/person";

const PASSWORD = "correct horse battery";
const ANOTHER = "another good one";

const login = (username: string, password: string) => request("/api/login", { method: "POST", json: { username, password } });
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const statusOf = async (token: string) => (await request("/api/auth_user", bearer(token))).status;
const change = (token: string, json: unknown) => request("/api/auth_user/password", { method: "PUT", json, ...bearer(token) });

let count = 0;

/** Somebody with a password, at so many devices. */
async function account(devices: number): Promise<{ username: string; tokens: string[] }> {
  const username = `lena${++count}`;
  expect((await request("/api/users", { method: "POST", json: { username, password: PASSWORD } })).status).toBe(201);
  const tokens = [];
  for (let i = 0; i < devices; i++) tokens.push((await (await login(username, PASSWORD)).json()).token);
  return { username, tokens };
}

describe("the password", () => {
  it("changes for who knows it, and signs the other devices out", async () => {
    const { username, tokens } = await account(2);
    const [here = "", elsewhere = ""] = tokens;
    const wrong = await change(here, { currentPassword: "not the password", newPassword: ANOTHER });
    expect(wrong.status).toBe(422);
    expect((await wrong.json()).errors).toEqual({ currentPassword: expect.any(String) });
    expect((await change(here, { newPassword: ANOTHER })).status).toBe(422);
    expect((await change(here, { currentPassword: PASSWORD, newPassword: "short" })).status).toBe(422);
    expect([await statusOf(here), await statusOf(elsewhere)]).toEqual([200, 200]);

    expect((await change(here, { currentPassword: PASSWORD, newPassword: ANOTHER })).status).toBe(200);
    expect(await statusOf(elsewhere)).toBe(401);
    expect((await login(username, PASSWORD)).status).toBe(401);
    expect((await login(username, ANOTHER)).status).toBe(200);
  });

  it("leaves no copy of the token that changed it of any use; a program goes on with the one in the answer", async () => {
    const { tokens } = await account(1);
    const [copied = ""] = tokens;
    const stream = await listen({ token: copied });
    const signedInAt = async (token: string) => {
      const sessions: { current: boolean; createdAt: string }[] = await (await request("/api/sessions", bearer(token))).json();
      return sessions.find(({ current }) => current)?.createdAt;
    };
    const before = await signedInAt(copied);
    const answer = await change(copied, { currentPassword: PASSWORD, newPassword: ANOTHER });
    const { token, expiresAt } = await answer.json();
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await statusOf(copied)).toBe(401);
    expect((await request("/api/refresh_token", { method: "POST", ...bearer(copied) })).status).toBe(401);
    await stream.next(({ event }) => event === "signed_out");
    expect(await statusOf(token)).toBe(200);
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
    // A new token is not a new sign-in.
    expect(await signedInAt(token)).toBe(before);
  });

  it("leaves the browser that changed it signed in, by a new cookie", async () => {
    const { username } = await account(0);
    const browser = new Browser();
    await browser.signIn("credentials", { username, password: PASSWORD });
    const before = (await browser.cookies()).get("parley.session") ?? "";
    const answer = await browser.fetch("/api/auth_user/password", {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ currentPassword: PASSWORD, newPassword: ANOTHER }),
    });
    expect(answer.status).toBe(200);
    expect((await browser.fetch("/api/auth_user")).status).toBe(200);
    expect(await statusOf(before)).toBe(401);
  });

  it("that is being changed signs nobody in by the old one: neither who was checked before the change nor who came during it", async () => {
    const { username, tokens } = await account(1);
    const other = new pg.Client({ connectionString: database() });
    onTestFinished(() => other.end());
    await other.connect();
    // Nobody gets at a session: the sign-in has been checked and the change been made when both come to theirs.
    await other.query("BEGIN; LOCK TABLE sessions IN SHARE MODE");
    const racing = login(username, PASSWORD);
    await waitForBlocked(1);
    const changing = change(tokens[0] ?? "", { currentPassword: PASSWORD, newPassword: ANOTHER });
    await waitForBlocked(2);
    const late = login(username, PASSWORD);
    await other.query("COMMIT");
    expect((await changing).status).toBe(200);
    for (const answer of await Promise.all([racing, late])) {
      const { token } = await answer.json();
      expect(await statusOf(token ?? "")).toBe(401);
    }
    expect(await sql("SELECT FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.username = $1", [username])).toHaveLength(1);
  });

  it("changes once of two changes at the same instant", async () => {
    const { tokens } = await account(2);
    const answers = await Promise.all(
      tokens.map((token, i) => change(token, { currentPassword: PASSWORD, newPassword: `${ANOTHER} ${i}` })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(200);
    expect([401, 422]).toContain(statuses[1]);
  });

  it("can be given to an account that had none", async () => {
    const octocat = await person("octocat");
    expect((await change(octocat.token, { newPassword: PASSWORD })).status).toBe(200);
    expect((await login("octocat", PASSWORD)).status).toBe(200);
  });

  it("is not chosen for the first time by who has had a session for long, and may have stolen it", async () => {
    const monalisa = await person("monalisa");
    const choose = (by: Person) => change(by.token, { newPassword: PASSWORD });
    await sql("UPDATE sessions SET created_at = now() - interval '11 minutes' WHERE id = $1", [monalisa.sessionId]);
    const refresh = () => monalisa.fetch("/api/refresh_token", { method: "POST" });
    // Prolonging is no signing in.
    expect((await refresh()).status).toBe(200);
    const refused = await choose(monalisa);
    expect(refused.status).toBe(422);
    expect((await refused.json()).errors).toEqual({ newPassword: expect.stringContaining("Sign out and in again") });
    expect((await login("monalisa", PASSWORD)).status).toBe(401);
    expect((await choose(await signIn(monalisa))).status).toBe(200);
  });
});

describe("a password that others would try first", () => {
  const GUESSED = [
    "1234567890",
    "0987654321",
    "          ",
    "aaaaaaaaaaaa",
    "🔑".repeat(10),
    "abcdefghij",
    "1990-12-24",
    "qwertyuiop",
    "Password123!",
    "p@ssw0rd!!",
    "iloveyou 123",
    "monkeymonkey",
    "trustno1trustno1",
    "parleyparley",
  ];

  it.each(GUESSED)("is refused at sign-up with what to do instead: %j", async (password) => {
    const refused = await request("/api/users", { method: "POST", json: { username: "somebody.new", password } });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toEqual({ errors: { password: expect.stringMatching(/^(Choose|.* Take) /) }, codes: expect.any(Object) });
  });

  it.each(["somebody.new", "Somebody.New", "somebody.new1", "1somebody.new!", "somebody.newsomebody.new"])(
    "such as the username is refused: %j",
    async (password) => {
      const refused = await request("/api/users", { method: "POST", json: { username: "somebody.new", password } });
      expect(await refused.json()).toEqual({
        errors: { password: "Choose a password that is not made of your username." },
        codes: expect.any(Object),
      });
    },
  );

  it("is refused as a new one too", async () => {
    const { username, tokens } = await account(1);
    for (const newPassword of ["1234567890", username.repeat(2)]) {
      const refused = await change(tokens[0] ?? "", { currentPassword: PASSWORD, newPassword });
      expect((await refused.json()).errors).toEqual({ newPassword: expect.any(String) });
    }
    expect(await statusOf(tokens[0] ?? "")).toBe(200);
  });

  it("goes on signing in who has it already", async () => {
    const { username } = await account(0);
    const { hashPassword } = await import("@/lib/server/auth/passwords");
    await sql("UPDATE users SET password_hash = $2 WHERE username = $1", [username, await hashPassword("1234567890")]);
    expect((await login(username, "1234567890")).status).toBe(200);
  });

  it.each(["correct horse battery", "x7Gk2pQ9zL", "summer rain on tin", "🔑🌷🐢🎈🍋🚲🧭🪁🥨🛶"])("is not %j", async (password) => {
    const made = await request("/api/users", { method: "POST", json: { username: `fine${++count}`, password } });
    expect(made.status).toBe(201);
  });
});

it("is told to the person, on each of their devices", async () => {
  await host();
  const { tokens } = await account(1);
  const { token } = await (await change(tokens[0] ?? "", { currentPassword: PASSWORD, newPassword: ANOTHER })).json();
  const [notice] = await (await request("/api/notices", bearer(token))).json();
  expect(notice).toEqual({
    id: expect.any(String),
    code: "password_changed",
    params: { device: expect.any(String) },
    message: "Your password was changed.",
    createdAt: expect.any(String),
    dismissed: false,
  });
});
