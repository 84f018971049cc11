import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser, origin } from "../support/browser";
import { host } from "../support/host";
import { startIdentityProvider } from "../support/identity-provider";
import { request } from "../support/person";

const PASSWORD = "correct horse battery";
const CHANGED = "summer rain on tin";

let issuer: Awaited<ReturnType<typeof startIdentityProvider>>;

beforeAll(async () => {
  issuer = await startIdentityProvider({ guest: { preferred_username: "guest" }, second: { preferred_username: "second" } });
  await host({ ...issuer.env, LOG_LEVEL: "info", RATE_LIMIT: "on" });
  issuer.register(await origin());
});

afterAll(() => issuer.stop());

type Entry = { msg?: string; path?: string; status?: number; userId?: string; sessionId?: string; [more: string]: unknown };

const entries = async (): Promise<Entry[]> =>
  (await host())
    .logs()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

/** What is logged of somebody, in order, once that much of it is there. */
async function told(userId: string, count: number): Promise<Entry[]> {
  const of = async () => (await entries()).filter((entry) => entry.userId === userId && entry.msg !== undefined);
  await expect.poll(async () => (await of()).length, { timeout: 10_000 }).toBe(count);
  return of();
}

const signUp = async (username: string): Promise<{ id: string }> =>
  (await request("/api/users", { method: "POST", json: { username, password: PASSWORD } })).json();

const logIn = async (username: string, password: string) =>
  (await (await request("/api/login", { method: "POST", json: { username, password } })).json()) as { token: string };

const as = ({ token }: { token: string }) => ({ Authorization: `Bearer ${token}` });

describe("who looks into what happened finds in the log", () => {
  it("who made an account, signed in, changed their password and ended sessions: from where, how and by which session", async () => {
    const { id } = await signUp("anna");
    const login = await logIn("anna", PASSWORD);
    await logIn("anna", PASSWORD);
    const change = (currentPassword: string) =>
      request("/api/auth_user/password", { method: "PUT", headers: as(login), json: { currentPassword, newPassword: CHANGED } });
    await change("a wrong password");
    const changed = (await (await change(PASSWORD)).json()) as { token: string };
    await request("/api/logout", { method: "POST", headers: as(changed) });
    const last = await logIn("anna", CHANGED);
    await request("/api/sessions", { method: "DELETE", headers: as(last) });

    const found = await told(id, 8);
    const some = expect.any(String);
    const [, one, , , two, , three] = found.map(({ sessionId }) => sessionId);
    expect(found).toMatchObject([
      { msg: "an account was made", username: "anna", address: some },
      { msg: "a user signed in", by: "password", sessionId: some, address: some },
      { msg: "a user signed in", by: "password", sessionId: some, address: some },
      { msg: "a password was not changed", reason: "wrong password", sessionId: one },
      { msg: "a password was changed", sessionId: some, ended: 2 },
      { msg: "sessions were ended", ended: 1, sessionId: two },
      { msg: "a user signed in", by: "password", sessionId: some, address: some },
      { msg: "sessions were ended", ended: 1 },
    ]);
    expect(new Set([one, two, three]).size).toBe(3);
  });

  it("who came from elsewhere, and what was linked, unlinked and refused", async () => {
    const guest = new Browser();
    await issuer.signIn(guest, "guest");
    const { id } = await (await guest.fetch("/api/auth_user")).json();
    const some = expect.any(String);
    expect(await told(id, 2)).toMatchObject([
      { msg: "an account was made", username: "guest", identityId: some },
      { msg: "a user signed in", by: "identity", identityId: some, sessionId: some, address: some },
    ]);

    const { id: bella } = await signUp("bella");
    const here = new Browser();
    await here.signIn("credentials", { username: "bella", password: PASSWORD });
    await issuer.signIn(here, "second");
    const [identity] = (await (await here.fetch("/api/identities")).json()) as { id: string }[];
    await here.fetch(`/api/identities/${identity?.id}`, { method: "DELETE" });
    expect((await told(bella, 4)).slice(2)).toMatchObject([
      { msg: "an identity was linked", identityId: identity?.id, sessionId: some },
      { msg: "an identity was unlinked", identityId: identity?.id, sessionId: some, ended: 0 },
    ]);

    const elsewhere = new Browser();
    await elsewhere.signIn("credentials", { username: "bella", password: PASSWORD });
    await issuer.signIn(elsewhere, "guest");
    expect((await told(bella, 6)).at(-1)).toMatchObject({ msg: "a sign-in failed", reason: "OAuthAccountNotLinked", address: some });
  });

  it("from where a request came that was refused: signed out, from another site, too often", async () => {
    const { token } = await signUp("clara").then(() => logIn("clara", PASSWORD));
    const refused: [number, () => Promise<Response>][] = [
      [401, () => request("/api/conversations", { headers: { Authorization: "Bearer nonsense" } })],
      [
        403,
        () => request("/api/logout", { method: "POST", headers: { Cookie: `parley.session=${token}`, "Sec-Fetch-Site": "cross-site" } }),
      ],
    ];
    for (const [status, ask] of refused) {
      const answer = await ask();
      expect(answer.status).toBe(status);
      const requestId = answer.headers.get("x-request-id");
      await expect
        .poll(entries, { timeout: 10_000 })
        .toContainEqual(expect.objectContaining({ requestId, status, address: expect.any(String) }));
    }
    for (let status = 0; status !== 429; ) status = (await request("/api/users", { method: "POST" })).status;
    await expect
      .poll(entries, { timeout: 10_000 })
      .toContainEqual(expect.objectContaining({ path: "/api/users", status: 429, address: expect.any(String) }));
  });

  it("no line that somebody else wrote", async () => {
    const forged = '\n{"level":60,"msg":"forged"}\r\n';
    await request(`/api/nothing${encodeURIComponent(forged)}?x=${encodeURIComponent(forged)}`);
    await request("/api/login", { method: "POST", json: { username: forged, password: forged } });
    const answer = await request(`/api/auth/callback/oidc?error=${encodeURIComponent(forged)}`);
    await expect
      .poll(entries, { timeout: 10_000 })
      .toContainEqual(expect.objectContaining({ requestId: answer.headers.get("x-request-id") }));
    expect((await host()).logs()).toContain("forged");
    expect((await entries()).map(({ msg }) => msg)).not.toContain("forged");
  });
});
