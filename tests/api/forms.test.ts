import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { FORM_BODY_MAX, MESSAGE_MAX_CODE_POINTS } from "@/lib/protocol/limits";
import { Browser, origin } from "../support/browser";
import { sql } from "../support/database";
import { host } from "../support/host";
import { type Person, request, signIn } from "../support/person";
import { messagesOf, pair, send } from "../support/talk";

const CREDENTIALS = { username: "Jane", password: "correct horse battery" };
const FIREFOX = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };

beforeAll(async () => {
  await host({ RATE_LIMIT: "on" });
  expect((await request("/api/users", { method: "POST", json: CREDENTIALS })).status).toBe(201);
});

const post = (browser: Browser, path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  browser.fetch(path, { method: "POST", body: new URLSearchParams(fields), headers });

const whoIs = async (browser: Browser) => {
  const answer = await browser.fetch("/api/auth_user");
  return answer.status === 200 ? (await answer.json()).username : null;
};

/** What the next page is told of a form that was sent back. */
async function kept(browser: Browser): Promise<unknown> {
  const value = (await browser.cookies()).get("parley.refused-form");
  return value === undefined ? null : JSON.parse(Buffer.from(value, "base64url").toString());
}

describe("signing in by a form", () => {
  it("leads to the page that one wanted to see, with the cookie that next-auth sets", async () => {
    const browser = new Browser();
    const answer = await post(browser, "/api/forms/sign-in", { ...CREDENTIALS, to: "/c/1?x=y" }, FIREFOX);
    expect([answer.status, answer.headers.get("location"), await answer.text()]).toEqual([303, "/c/1?x=y", ""]);
    expect(answer.headers.getSetCookie()[0]).toMatch(/^parley\.session=[^;]+; Expires=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await whoIs(browser)).toBe("Jane");
    const [session] = await (await browser.fetch("/api/sessions")).json();
    expect(session).toMatchObject({ device: "Firefox on Linux", current: true });
  });

  it.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "//", ""])(
    "leads to a page of this site only, not to %j",
    async (to) => {
      const answer = await post(new Browser(), "/api/forms/sign-in", { ...CREDENTIALS, to });
      expect(answer.headers.get("location")).toBe("/");
    },
  );

  it.each([
    ["a wrong password", { password: "wrong password" }, { form: "This username and password do not go together." }],
    ["no password", { password: "" }, { password: "Enter your password." }],
    ["no username", { username: " " }, { username: "Enter your username." }],
    ["no password field, where one cannot sign in by name alone", { password: undefined }, { form: expect.stringContaining("off") }],
  ])("with %s leads back to the form, which says what is wrong and keeps the name", async (_, changed, errors) => {
    const browser = new Browser();
    const fields = Object.fromEntries(
      Object.entries({ ...CREDENTIALS, to: "/c/1", ...changed }).filter(([, value]) => value !== undefined),
    );
    const answer = await post(browser, "/api/forms/sign-in", fields as Record<string, string>);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?callbackUrl=%2Fc%2F1"]);
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^parley\.refused-form=[^;]+; Max-Age=60; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect(await kept(browser)).toEqual({ form: "sign-in", errors, username: fields.username });
    expect(await whoIs(browser)).toBeNull();
  });

  it("keeps no password, and no more of a name than a name has", async () => {
    const browser = new Browser();
    await post(browser, "/api/forms/sign-in", { username: "x".repeat(5_000), password: "a password that is wrong" });
    expect(JSON.stringify(await kept(browser))).not.toContain("a password that is wrong");
    expect(await kept(browser)).toMatchObject({ username: "x".repeat(100) });
  });

  it("forgets what was wrong once it is right, and ends the session that this browser had", async () => {
    const browser = new Browser();
    await post(browser, "/api/forms/sign-in", CREDENTIALS);
    const before = (await browser.cookies()).get("parley.session");
    await post(browser, "/api/forms/sign-in", { ...CREDENTIALS, password: "wrong password" });
    await post(browser, "/api/forms/sign-in", CREDENTIALS);
    expect(await kept(browser)).toBeNull();
    expect(await whoIs(browser)).toBe("Jane");
    expect((await request("/api/auth_user", { headers: { Authorization: `Bearer ${before}` } })).status).toBe(401);
  });
});

describe("signing up by a form", () => {
  it("makes the account and signs in", async () => {
    const browser = new Browser();
    const answer = await post(browser, "/api/forms/sign-up", { username: "newcomer", password: "correct horse battery" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
    expect(await whoIs(browser)).toBe("newcomer");
  });

  it.each([
    ["a name that is taken", { username: "jane", password: "correct horse battery" }, { username: expect.stringContaining("taken") }],
    ["a name too short", { username: "al", password: "correct horse battery" }, { username: expect.stringContaining("3 to 32") }],
    ["a password too short", { username: "somebody.else", password: "short" }, { password: expect.stringContaining("10 characters") }],
    ["nothing", {}, { username: expect.any(String), password: expect.any(String) }],
  ])("with %s leads back to the form, which says what is wrong and keeps the name", async (_, fields, errors) => {
    const browser = new Browser();
    const answer = await post(browser, "/api/forms/sign-up", fields as Record<string, string>);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-up"]);
    expect(await kept(browser)).toEqual({ form: "sign-up", errors, username: (fields as { username?: string }).username ?? "" });
    expect(await whoIs(browser)).toBeNull();
  });
});

describe("sending a message by a form", () => {
  let one: Person;
  let other: Person;
  let id: string;
  let path: string;
  let browser: Browser;

  beforeAll(async () => {
    ({ one, other, id } = await pair());
    path = `/api/forms/conversations/${id}/messages`;
    browser = new Browser();
    (await browser.cookies()).set("parley.session", one.token);
  });

  const texts = async () => (await messagesOf(other, id)).map(({ content }) => content).reverse();
  const latest = async () => (await texts()).at(-1);

  it("leads back to the conversation, which has it", async () => {
    const answer = await post(browser, path, { content: "  Hello\r\nworld ", clientId: randomUUID(), user: one.id });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, `/c/${id}`]);
    expect(await latest()).toBe("Hello\nworld");
  });

  it("twice is one message, and the same form with another text is another", async () => {
    const clientId = randomUUID();
    const before = await texts();
    for (const content of ["first", "first", "second", "second", "first"]) {
      expect((await post(browser, path, { content, clientId })).status).toBe(303);
    }
    expect(await texts()).toEqual([...before, "first", "second"]);
  });

  it("is the same message as the script sends under the form's id", async () => {
    const clientId = randomUUID();
    await post(browser, path, { content: "on its way already", clientId });
    const before = await texts();
    await send(one, id, "on its way already", clientId);
    expect(await texts()).toEqual(before);
  });

  it.each([
    ["too long", "😀".repeat(MESSAGE_MAX_CODE_POINTS + 1), 422, "A message has at most 4,000 characters."],
    ["far too long", "я".repeat(30_000), 422, "A message has at most 4,000 characters."],
    ["blank", "  \n ", 422, "Write a message."],
    ["markup", `</textarea><script>alert("1")</script>&amp;${"x".repeat(4_000)}`, 422, "A message has at most 4,000 characters."],
  ])("that is %s is given back as it was, with the reason", async (_, content, status, reason) => {
    const before = await texts();
    const clientId = randomUUID();
    const answer = await post(browser, path, { content, clientId, user: one.id });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; .*form-action 'self'/);
    const page = await answer.text();
    expect(page).toContain(`<p id="reason" role="alert">${reason}</p>`);
    expect(page).toContain(`href="/c/${id}"`);
    expect(fieldsOf(page)).toEqual({ content, clientId, user: one.id });
    expect(page).not.toContain("<script");
    expect(await texts()).toEqual(before);
  });

  it("is given back to who has been signed out meanwhile, or whose browser somebody else uses now", async () => {
    const out = await post(new Browser(), path, { content: "My words", clientId: randomUUID() });
    expect(out.status).toBe(401);
    const page = await out.text();
    expect(page).toContain("Sign in to go on.");
    expect(page).toContain('href="/sign-in"');
    expect(fieldsOf(page).content).toBe("My words");

    const others = new Browser();
    (await others.cookies()).set("parley.session", (await signIn(other)).token);
    const refused = await post(others, path, { content: "My words", clientId: randomUUID(), user: one.id });
    expect(refused.status).toBe(401);
    expect(await refused.text()).toContain("Somebody else is signed in here now.");
    expect(await texts()).not.toContain("My words");
  });

  it("is given back where one takes no part, and to who sends too many", async () => {
    const { id: elsewhere } = await pair();
    const outside = await post(browser, `/api/forms/conversations/${elsewhere}/messages`, { content: "My words", clientId: randomUUID() });
    expect(outside.status).toBe(404);
    expect(fieldsOf(await outside.text()).content).toBe("My words");

    let answer: Response;
    do answer = await post(browser, path, { content: "again", clientId: randomUUID() });
    while (answer.status === 303);
    expect(answer.status).toBe(429);
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(fieldsOf(await answer.text()).content).toBe("again");
  });
});

/** What a browser would send from the form of a page. */
function fieldsOf(page: string): Record<string, string> {
  const text = (html: string) =>
    html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[name] ?? "");
  const hidden = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
    name,
    text(value ?? ""),
  ]);
  // A parser drops the first line break of a textarea.
  const content = /<textarea[^>]*>\n?([^<]*)<\/textarea>/.exec(page)?.[1] ?? "";
  return { ...Object.fromEntries(hidden), content: text(content) };
}

/** The sentence of a refusal, on its page or on the way to one. */
async function saidBy(answer: Response): Promise<string> {
  const [, kept = ""] = /refused-form=([^;]+)/.exec(answer.headers.getSetCookie().join()) ?? [];
  return Buffer.from(kept, "base64url").toString() + (await answer.text());
}

describe.each(["/api/forms/sign-in", "/api/forms/sign-up", `/api/forms/conversations/${randomUUID()}/messages`])("%s", (path) => {
  const fields = { ...CREDENTIALS, content: "My words", clientId: randomUUID() };

  it.each([
    ["another site", { "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere.test" }],
    ["a subdomain", { "Sec-Fetch-Site": "same-site" }],
    ["the address bar", { "Sec-Fetch-Site": "none" }],
    ["an older browser on another site", { Origin: "https://elsewhere.test" }],
    ["a page without an origin", { Origin: "null" }],
    ["who does not say", {}],
  ])("takes nothing from %s, and shows nothing of it: no other site signs anybody in", async (_, headers) => {
    const before = await sql("SELECT id FROM sessions");
    const answer = await request(path, { method: "POST", body: new URLSearchParams(fields), headers });
    const said = await saidBy(answer);
    expect(said).toContain("This request did not come from this site.");
    expect(said).not.toContain("My words");
    expect(answer.headers.getSetCookie().join()).not.toContain("parley.session");
    expect(await sql("SELECT id FROM sessions")).toEqual(before);
  });

  it("is taken from older browsers on a page of ours, which say only their origin", async () => {
    const own = { Origin: await origin(), Host: new URL(await origin()).host };
    const answer = await request(path, { method: "POST", body: new URLSearchParams(fields), headers: own });
    expect(await saidBy(answer)).not.toContain("This request did not come from this site.");
  });

  it("takes a form and nothing else, of a bounded size", async () => {
    const own = { "Sec-Fetch-Site": "same-origin" };
    const large = await request(path, { method: "POST", body: new URLSearchParams({ content: "x".repeat(FORM_BODY_MAX) }), headers: own });
    const json = await request(path, { method: "POST", json: fields, headers: own });
    expect(await saidBy(large)).toContain("The request is too large.");
    expect(await saidBy(json)).toContain("must be application/x-www-form-urlencoded");
    expect((await request(path, { headers: own })).status).toBe(405);
  });
});
