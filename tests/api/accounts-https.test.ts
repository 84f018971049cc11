import { beforeAll, expect, it } from "vitest";
import { Browser } from "../support/browser";
import { host } from "../support/host";
import { request } from "../support/person";

const CREDENTIALS = { username: "Jane", password: "correct horse battery" };

beforeAll(async () => {
  await host({ PUBLIC_URL: "https://parley.example" });
  await request("/api/users", { method: "POST", json: CREDENTIALS });
});

it("has browsers come by https only from then on, whatever they asked for", async () => {
  for (const path of ["/api/health", "/api/nothing", "/api/auth/csrf"]) {
    expect((await request(path)).headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}$/);
  }
});

it("keeps every sign-in cookie to this host and to https", async () => {
  const browser = new Browser();
  const csrf = await browser.fetch("/api/auth/csrf");
  const { csrfToken } = await csrf.json();
  const body = new URLSearchParams({ ...CREDENTIALS, csrfToken });
  const answer = await browser.fetch("/api/auth/callback/credentials", { method: "POST", body });
  const cookies = [...csrf.headers.getSetCookie(), ...answer.headers.getSetCookie()];
  expect(cookies.map((cookie) => cookie.split("=")[0])).toContain("__Host-parley.session");
  for (const cookie of cookies) expect(cookie).toMatch(/^__Host-parley\.[a-z-]+=.*; Path=\/;.* HttpOnly; Secure; SameSite=Lax$/);
  expect(answer.headers.get("location")).toBe("https://parley.example/");

  const left = await browser.fetch("/api/logout", { method: "POST" });
  expect(left.headers.getSetCookie()).toEqual(["__Host-parley.session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"]);
});
