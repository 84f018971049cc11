import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Browser, origin } from "../support/browser";
import { database, sql, waitForBlocked } from "../support/database";
import { host } from "../support/host";
import { startIdentityProvider } from "../support/identity-provider";
import { request } from "../support/person";

const PASSWORD = "correct horse battery";

/** Of everybody at the issuer: two who have an address that it has checked, and as many as the tests need who have none. */
const PEOPLE = Object.fromEntries([
  ["thief", { preferred_username: "mallory", email: "mallory@acme.example", email_verified: true }],
  ["burglar", { preferred_username: "bill", email: "bill@acme.example", email_verified: true }],
  ...["spare", "first", "second", "alone", "guest", "wanderer", "late"].map((sub) => [sub, { preferred_username: sub }]),
]);

let issuer: Awaited<ReturnType<typeof startIdentityProvider>>;

beforeAll(async () => {
  issuer = await startIdentityProvider(PEOPLE);
  await host(issuer.env);
  issuer.register(await origin());
});

afterAll(() => issuer.stop());

const get = async (browser: Browser, path: string) => (await browser.fetch(path)).json();
const remove = (browser: Browser, path: string) => browser.fetch(path, { method: "DELETE" });
const username = async (browser: Browser) => (await get(browser, "/api/auth_user")).username;

/** A browser in which somebody has just signed in with their password. */
async function signedIn(name: string): Promise<Browser> {
  await request("/api/users", { method: "POST", json: { username: name, password: PASSWORD } });
  const browser = new Browser();
  await browser.signIn("credentials", { username: name, password: PASSWORD });
  return browser;
}

/** A browser in which somebody has come from the issuer. */
async function arrived(sub: string, browser = new Browser()): Promise<Browser> {
  await issuer.signIn(browser, sub);
  return browser;
}

/** The browser's session is so many minutes old. */
async function age(browser: Browser, minutes: number): Promise<void> {
  const sessions: { id: string; current: boolean }[] = await get(browser, "/api/sessions");
  const { id } = sessions.find(({ current }) => current) ?? {};
  await sql("UPDATE sessions SET created_at = now() - interval '1 minute' * $2 WHERE id = $1", [id, minutes]);
}

describe("linking an identity", () => {
  it("is refused to a session that has not just signed in, which may be stolen; renewing it changes nothing", async () => {
    const browser = await signedIn("anna");
    await age(browser, 11);
    await browser.fetch("/api/refresh_token", { method: "POST" });
    const { csrfToken } = await get(browser, "/api/auth/csrf");
    const body = new URLSearchParams({ csrfToken, callbackUrl: "/settings", json: "true" });
    const refused = await browser.fetch("/api/auth/signin/oidc", { method: "POST", body });
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 403,
      body: { message: "Sign out and in again first: an identity is linked within 10 minutes of signing in." },
    });
    expect(await get(browser, "/api/identities")).toEqual([]);
    expect(await username(await arrived("thief"))).toBe("mallory");
  });

  it("is refused to one that began in time and took too long", async () => {
    const browser = await signedIn("bella");
    const began = browser.signIn.bind(browser);
    browser.signIn = async (provider, fields) => {
      const page = await began(provider, fields);
      await age(browser, 11);
      return page;
    };
    const url = await issuer.signIn(browser, "late");
    expect(url.pathname + url.search).toBe("/settings?error=SignInAgain");
    expect(await get(browser, "/api/identities")).toEqual([]);
  });

  it("is listed and told on the person's other devices, until one of those takes the notice off", async () => {
    const here = await signedIn("clara");
    const elsewhere = await signedIn("clara");
    await arrived("first", here);
    expect(await username(await arrived("first"))).toBe("clara");
    expect(await get(elsewhere, "/api/identities")).toEqual([
      { id: expect.any(String), issuer: "Acme", name: "first", createdAt: expect.any(String) },
    ]);
    const [notice] = await get(elsewhere, "/api/notices");
    expect(notice).toMatchObject({ code: "identity_linked", params: { issuer: "Acme", name: "first" }, dismissed: false });

    const dismissed = async (browser: Browser) => (await get(browser, "/api/notices"))[0].dismissed;
    // Who has linked it may be a thief, and takes it off their own screen only.
    expect((await remove(here, `/api/notices/${notice.id}`)).status).toBe(204);
    expect([await dismissed(here), await dismissed(elsewhere)]).toEqual([true, false]);
    expect((await remove(elsewhere, `/api/notices/${notice.id}`)).status).toBe(204);
    expect([await dismissed(here), await dismissed(elsewhere)]).toEqual([true, true]);
    expect((await remove(here, `/api/notices/${notice.id}`)).status).toBe(204);
    expect(await dismissed(elsewhere)).toBe(true);
  });

  it("links it to who was signed in when it began, and to nobody who has signed in meanwhile", async () => {
    const browser = await signedIn("dora");
    await signedIn("erik");
    const began = browser.signIn.bind(browser);
    browser.signIn = async (provider, fields) => {
      const page = await began(provider, fields);
      await began("credentials", { username: "erik", password: PASSWORD });
      return page;
    };
    const url = await issuer.signIn(browser, "wanderer");
    expect(url.pathname + url.search).toBe("/settings?error=SomebodyElse");
    expect(await username(browser)).toBe("erik");
    expect(await get(browser, "/api/identities")).toEqual([]);
  });

  it("is no part of a sign-in that began while nobody was signed in", async () => {
    await signedIn("fred");
    const browser = new Browser();
    const began = browser.signIn.bind(browser);
    browser.signIn = async (provider, fields) => {
      const page = await began(provider, fields);
      await began("credentials", { username: "fred", password: PASSWORD });
      return page;
    };
    await issuer.signIn(browser, "guest");
    expect(await username(browser)).toBe("guest");
    expect(await get(await signedIn("fred"), "/api/identities")).toEqual([]);
  });
});

describe("unlinking an identity", () => {
  it("leaves it nothing: neither a way in, nor the address that it brought, nor the sessions that it opened", async () => {
    const owner = await signedIn("gina");
    await arrived("burglar", owner);
    const thief = await arrived("burglar");
    expect(await username(thief)).toBe("gina");

    const [identity] = await get(owner, "/api/identities");
    expect((await remove(owner, `/api/identities/${identity.id}`)).status).toBe(204);
    expect(await get(owner, "/api/identities")).toEqual([]);
    expect((await thief.fetch("/api/auth_user")).status).toBe(401);
    expect(await username(await arrived("burglar"))).not.toBe("gina");
    const notices: { code: string }[] = await get(owner, "/api/notices");
    expect(notices.map(({ code }) => code)).toEqual(["identity_unlinked", "identity_linked"]);
  });

  it("is for who owns it: others are told that there is none, and an unknown id is unknown", async () => {
    const owner = await signedIn("hanna");
    await arrived("spare", owner);
    const [identity] = await get(owner, "/api/identities");
    const stranger = await signedIn("ivan");
    for (const id of [identity.id, "no-id"]) {
      const refused = await remove(stranger, `/api/identities/${id}`);
      expect({ status: refused.status, body: await refused.json() }).toMatchObject({
        status: 404,
        body: { message: "Identity not found" },
      });
    }
    expect(await get(owner, "/api/identities")).toHaveLength(1);
  });

  it("is refused for the last way into an account, also where two are unlinked at the same instant", async () => {
    const browser = await arrived("alone");
    const [only] = await get(browser, "/api/identities");
    const refused = await remove(browser, `/api/identities/${only.id}`);
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 409,
      body: { message: "This is the only way into your account. Set a password first, then unlink it." },
    });

    // At the issuer they are somebody else by now.
    const again = new Browser();
    for (const [name, value] of await browser.cookies()) (await again.cookies()).set(name, value);
    await arrived("second", again);
    const both: { id: string }[] = await get(browser, "/api/identities");
    expect(both).toHaveLength(2);
    // Neither has gone before both have been looked at.
    const other = new pg.Client({ connectionString: database() });
    onTestFinished(() => other.end());
    await other.connect();
    await other.query("BEGIN");
    await other.query("SELECT FROM accounts WHERE id = ANY($1) FOR UPDATE", [both.map(({ id }) => id)]);
    const unlinking = both.map(({ id }) => remove(browser, `/api/identities/${id}`));
    await waitForBlocked(both.length);
    await other.query("COMMIT");
    const answers = await Promise.all(unlinking);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    // Whoever came by the one that is gone stays where they are.
    expect((await browser.fetch("/api/identities")).status).toBe(200);
  });
});
