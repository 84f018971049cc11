import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser, origin } from "../support/browser";
import { sql } from "../support/database";
import { host, hostName } from "../support/host";
import { startIdentityProvider } from "../support/identity-provider";
import { person, request } from "../support/person";

const CREDENTIALS = { username: "Walter", password: "correct horse battery" };

const PEOPLE = {
  new: { preferred_username: "Zoë K.", name: "Zoë", email: "Zoe@acme.example", email_verified: true },
  taken: { preferred_username: "walter" },
  boss: { preferred_username: "admin" },
  nameless: {},
  verified: { preferred_username: "jd", email: "jane@acme.example", email_verified: true },
  unverified: { preferred_username: "mallory", email: "jane@acme.example", email_verified: false },
  linking: { preferred_username: "wally", email: "walter@acme.example", email_verified: true },
};

let issuer: Awaited<ReturnType<typeof startIdentityProvider>>;

beforeAll(async () => {
  issuer = await startIdentityProvider(PEOPLE);
  await host(issuer.env);
  issuer.register(await origin());
  await request("/api/users", { method: "POST", json: CREDENTIALS });
});

afterAll(() => issuer.stop());

/** Who is signed in once `sub` has come from the issuer. */
async function arrive(sub: keyof typeof PEOPLE, browser = new Browser()) {
  const url = await issuer.signIn(browser, sub);
  expect(url.href).toBe(`${await origin()}/api/auth_user`);
  return (await browser.fetch("/api/auth_user")).json();
}

describe("somebody who comes from an OpenID Connect issuer", () => {
  it("gets an account, and the same one the next time", async () => {
    const user = await arrive("new");
    expect(user).toEqual({ id: expect.any(String), username: "Zoe-K", name: "Zoë", avatarURL: null, administrator: expect.any(Boolean) });
    expect(await arrive("new")).toEqual(user);
  });

  it("gets a name with a suffix where theirs is taken", async () => {
    expect((await arrive("taken")).username).toMatch(/^walter-\d$/);
  });

  it("gets another name where theirs would impersonate, or where they have none", async () => {
    expect((await arrive("boss")).username).toMatch(/^user-\d+$/);
    expect((await arrive("nameless")).username).toMatch(/^user-\d+$/);
  });

  it("gets the account that has their address, if the issuer has checked the address", async () => {
    const jane = await person("jane");
    await sql("UPDATE users SET email = 'jane@acme.example' WHERE id = $1", [jane.id]);
    expect((await arrive("unverified")).username).toBe("mallory");
    expect((await arrive("verified")).id).toBe(jane.id);
  });

  it("is linked to the account that they are signed in to, and stays in that session", async () => {
    const browser = new Browser();
    await browser.signIn("credentials", CREDENTIALS);
    const [before] = await (await browser.fetch("/api/sessions")).json();

    const linked = await arrive("linking", browser);
    expect(linked.username).toBe("Walter");
    expect(await (await browser.fetch("/api/sessions")).json()).toMatchObject([{ id: before.id, current: true }]);
    expect(await arrive("linking")).toEqual(linked);
  });

  it("cannot be linked to a second account", async () => {
    await arrive("new");
    const browser = new Browser();
    await browser.signIn("credentials", CREDENTIALS);
    const url = await issuer.signIn(browser, "new");
    expect(url.pathname + url.search).toBe("/settings?error=OAuthAccountNotLinked");
    expect((await (await browser.fetch("/api/auth_user")).json()).username).toBe("Walter");
  });

  it.runIf(hostName !== "handlers")("sees in the settings what is linked, and why something was not", async () => {
    const browser = new Browser();
    await browser.signIn("credentials", CREDENTIALS);
    const settings = async (query = "") => (await browser.fetch(`/settings${query}`)).text();
    await arrive("linking", browser);
    expect(await settings()).toMatch(/Acme<\/bdi><bdi[^>]*>wally/);
    expect(await settings("?error=OAuthAccountNotLinked")).toContain("belongs to another account");
  });

  it("is not let in by an answer that was meant for another browser", async () => {
    const [one, other] = [new Browser(), new Browser()];
    await other.signIn("oidc");
    const { response } = await one.signIn("oidc");
    expect(response.status).toBe(200);
    const { url } = await other.visit(`/api/auth/callback/oidc?code=of-one&state=of-one`);
    expect([url.pathname, url.searchParams.get("error")]).toEqual(["/sign-in", "OAuthCallback"]);
    expect((await other.fetch("/api/auth_user")).status).toBe(401);
  });
});
