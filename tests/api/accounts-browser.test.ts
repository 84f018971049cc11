import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signToken } from "@/lib/server/auth/tokens";
import { Browser, origin } from "../support/browser";
import { sql } from "../support/database";
import { host } from "../support/host";
import { person, request } from "../support/person";

const CREDENTIALS = { username: "Jane", password: "correct horse battery" };
const FIREFOX = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };

beforeAll(async () => {
  await host({ GITHUB_ID: "an app", GITHUB_SECRET: "its secret" });
  await request("/api/users", { method: "POST", json: CREDENTIALS });
});

const signedIn = async () => {
  const browser = new Browser();
  await browser.signIn("credentials", CREDENTIALS);
  return browser;
};

const statusOf = async (browser: Browser, path = "/api/auth_user", init: RequestInit = {}) => (await browser.fetch(path, init)).status;

describe("a browser", () => {
  it("signs in with a cookie that scripts cannot read and other sites cannot send", async () => {
    const browser = new Browser();
    const { csrfToken } = await (await browser.fetch("/api/auth/csrf")).json();
    const body = new URLSearchParams({ ...CREDENTIALS, csrfToken, json: "true" });
    const answer = await browser.fetch("/api/auth/callback/credentials", { method: "POST", body, headers: FIREFOX });
    expect(answer.status).toBe(200);
    const cookies = answer.headers.getSetCookie();
    const cookie = cookies.find((one) => one.startsWith("parley.session="));
    expect(cookie).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);

    expect(await (await browser.fetch("/api/auth_user")).json()).toMatchObject({ username: "Jane" });
    const [session] = await (await browser.fetch("/api/sessions")).json();
    expect(session).toMatchObject({ device: "Firefox on Linux", current: true });
  });

  it("holds in its cookie the same token that other clients send", async () => {
    const token = (await (await signedIn()).cookies()).get("parley.session");
    expect((await request("/api/auth_user", { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  it.each([
    ["a wrong password", { ...CREDENTIALS, password: "wrong password" }],
    ["an unknown name", { ...CREDENTIALS, username: "nobody.at.all" }],
    ["no password", { username: "Jane" }],
  ])("does not sign in with %s", async (_, fields) => {
    const browser = new Browser();
    const { url } = await browser.signIn("credentials", { callbackUrl: "/", ...fields });
    expect(`${url.pathname}?error=${url.searchParams.get("error")}`).toBe("/sign-in?error=CredentialsSignin");
    expect(await statusOf(browser)).toBe(401);
  });

  it("does not sign in by a form of another site, which lacks the token against forgery", async () => {
    const browser = new Browser();
    await browser.submit("/api/auth/callback/credentials", { ...CREDENTIALS, csrfToken: "guessed" });
    expect(await statusOf(browser)).toBe(401);
  });

  it("goes on to a page of this site only", async () => {
    const browser = new Browser();
    const { csrfToken } = await (await browser.fetch("/api/auth/csrf")).json();
    const next = async (callbackUrl: string) => {
      const body = new URLSearchParams({ ...CREDENTIALS, csrfToken, callbackUrl });
      const answer = await browser.fetch("/api/auth/callback/credentials", { method: "POST", body });
      return new URL(answer.headers.get("location") ?? "", await origin()).href;
    };
    const home = `${await origin()}/`;
    expect(await next("/c/1?x=y")).toBe(`${home}c/1?x=y`);
    expect(await next(`${home}settings`)).toBe(`${home}settings`);
    for (const elsewhere of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http://["]) {
      expect(await next(elsewhere)).toBe(home);
    }
  });

  it("changes nothing on behalf of another site", async () => {
    const browser = await signedIn();
    const rename = (headers: Record<string, string>) =>
      statusOf(browser, "/api/auth_user", {
        method: "PATCH",
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify({ name: "Mallory" }),
      });
    expect(await rename({ "Sec-Fetch-Site": "cross-site" })).toBe(403);
    expect(await rename({ "Sec-Fetch-Site": "same-site" })).toBe(403);
    for (const path of ["/api/logout", "/api/refresh_token"]) {
      expect(await statusOf(browser, path, { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } })).toBe(403);
    }
    for (const path of ["/api/sessions", "/api/auth_user/avatar"]) {
      expect(await statusOf(browser, path, { method: "DELETE", headers: { "Sec-Fetch-Site": "cross-site" } })).toBe(403);
    }
    expect(await (await browser.fetch("/api/auth_user")).json()).toMatchObject({ name: null });
    expect(await rename({})).toBe(200);
  });

  it("signs out, and its cookie is worth nothing afterwards", async () => {
    const browser = await signedIn();
    const token = (await browser.cookies()).get("parley.session");
    const { csrfToken } = await (await browser.fetch("/api/auth/csrf")).json();
    await browser.submit("/api/auth/signout", { csrfToken, callbackUrl: "/api/auth_user" });
    expect((await browser.cookies()).has("parley.session")).toBe(false);
    expect(await statusOf(browser)).toBe(401);
    expect((await request("/api/auth_user", { headers: { Authorization: `Bearer ${token}` } })).status).toBe(401);
  });

  it("signs out through our own route as well", async () => {
    const browser = await signedIn();
    expect(await statusOf(browser, "/api/logout", { method: "POST" })).toBe(204);
    expect((await browser.cookies()).has("parley.session")).toBe(false);
  });

  it("leaves no forgotten device behind when it signs in again", async () => {
    const browser = await signedIn();
    const [before] = await (await browser.fetch("/api/sessions")).json();
    await browser.signIn("credentials", CREDENTIALS);
    const after: { id: string }[] = await (await browser.fetch("/api/sessions")).json();
    expect(after.map(({ id }) => id)).not.toContain(before.id);
  });

  describe("stays signed in for as long as it keeps coming", () => {
    let browser: Browser;
    let session: { id: string };
    beforeEach(async () => {
      browser = await signedIn();
      [session] = await (await browser.fetch("/api/sessions")).json();
      await sql("UPDATE sessions SET expires_at = now() + interval '2 days' WHERE id = $1", [session.id]);
    });

    const daysLeft = async () => {
      const rows = await sql<{ days: number }>(
        "SELECT round(extract(epoch FROM expires_at - now()) / 86400)::int AS days FROM sessions WHERE id = $1",
        [session.id],
      );
      return rows[0]?.days;
    };

    it.each([
      ["GET", "/api/auth/session"],
      ["POST", "/api/refresh_token"],
    ])("by %s %s", async (method, path) => {
      const renewed = await browser.fetch(path, { method });
      expect(renewed.headers.getSetCookie().join()).toContain("parley.session=");
      expect(await daysLeft()).toBe(14);
    });

    it("by whatever it asks for, once its cookie is a day old", async () => {
      const { id } = await (await browser.fetch("/api/auth_user")).json();
      const old = signToken(id, session.id, new Date(Date.now() - 25 * 3_600_000)).token;
      const cookies = await browser.cookies();
      expect((await browser.fetch("/api/conversations")).headers.getSetCookie()).toEqual([]);
      cookies.set("parley.session", old);
      await browser.fetch("/api/conversations");
      expect(cookies.get("parley.session")).not.toBe(old);
      expect(await statusOf(browser)).toBe(200);
      expect(await daysLeft()).toBe(14);
      const asProgram = await request("/api/conversations", { headers: { Authorization: `Bearer ${old}` } });
      expect(asProgram.headers.getSetCookie()).toEqual([]);
    });
  });

  it("is not kept signed in past ninety days after signing in, by whatever it asks", async () => {
    const browser = await signedIn();
    const [{ id }] = await (await browser.fetch("/api/sessions")).json();
    const cookies = await browser.cookies();
    const jane = await (await browser.fetch("/api/auth_user")).json();
    cookies.set("parley.session", signToken(jane.id, id, new Date(Date.now() - 25 * 3_600_000)).token);
    await sql("UPDATE sessions SET created_at = now() - interval '89 days', expires_at = now() + interval '2 hours' WHERE id = $1", [id]);
    const hoursLeft = async () => {
      const [row] = await sql<{ hours: number }>(
        "SELECT round(extract(epoch FROM expires_at - now()) / 3600)::int AS hours FROM sessions WHERE id = $1",
        [id],
      );
      return row?.hours;
    };
    await browser.fetch("/api/auth/session");
    expect(await hoursLeft()).toBe(24);
    await browser.fetch("/api/conversations");
    expect(await hoursLeft()).toBe(24);
  });

  it("is told who it is, and nothing once its session has ended elsewhere", async () => {
    const browser = await signedIn();
    const session = async () => (await browser.fetch("/api/auth/session")).json();
    expect(await session()).toMatchObject({ user: { username: "Jane" } });
    await request("/api/sessions", {
      method: "DELETE",
      headers: { Authorization: `Bearer ${(await browser.cookies()).get("parley.session")}` },
    });
    expect(await session()).toEqual({});
  });

  it("is answered in sentences where next-auth would break", async () => {
    expect(await statusOf(new Browser(), "/api/auth/nonsense")).toBe(404);
    expect(await statusOf(new Browser(), "/api/auth/_log", { method: "POST" })).toBe(404);
    expect(
      await statusOf(new Browser(), "/api/auth/csrf", { method: "POST", body: "{", headers: { "Content-Type": "application/json" } }),
    ).toBe(400);
    expect(await statusOf(new Browser(), "/api/auth/csrf", { method: "POST", body: "x".repeat(100_000) })).toBe(415);
  });
});

describe("the GitHub sign-in", () => {
  it("begins with a link, with all that next-auth checks when the answer comes", async () => {
    const browser = new Browser();
    const answer = await browser.fetch("/api/oauth/github?callbackUrl=/settings");
    expect(answer.status).toBe(302);
    const target = new URL(answer.headers.get("location") ?? "");
    expect(target.origin + target.pathname).toBe("https://github.com/login/oauth/authorize");
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      client_id: "an app",
      redirect_uri: `${await origin()}/api/auth/callback/github`,
      scope: "read:user user:email",
      state: expect.any(String),
      code_challenge_method: "S256",
    });
    expect([...(await browser.cookies()).keys()].sort()).toEqual(
      ["callback-url", "csrf-token", "pkce", "state"].map((name) => `parley.${name}`),
    );
  });

  it("does not begin with a link on another site", async () => {
    const answer = await new Browser().fetch("/api/oauth/github", { headers: { "Sec-Fetch-Site": "cross-site" } });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe("/sign-in");
  });

  it("refuses an answer that nobody asked for", async () => {
    const { url } = await new Browser().visit("/api/auth/callback/github?code=stolen&state=guessed");
    expect([url.pathname, url.searchParams.get("error")]).toEqual(["/sign-in", "OAuthCallback"]);
  });
});

it("leaves people who use a token alone", async () => {
  const walter = await person("walter");
  const renewed = await walter.fetch("/api/refresh_token", { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } });
  expect(renewed.status).toBe(200);
  expect(renewed.headers.getSetCookie()).toEqual([]);
});
