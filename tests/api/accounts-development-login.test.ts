import { beforeAll, expect, it } from "vitest";
import { Browser } from "../support/browser";
import { host } from "../support/host";
import { person, request } from "../support/person";

const login = (json: unknown) => request("/api/login", { method: "POST", json });

beforeAll(async () => {
  await host({ DEV_LOGIN: "1", SIGN_UP: "closed" });
  await person("Jane");
});

it("lets a developer in by name alone", async () => {
  const answer = await login({ username: "jane" });
  expect(answer.status).toBe(200);
  const { authUser, token } = await answer.json();
  expect(authUser.username).toBe("Jane");
  expect((await request("/api/auth_user", { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200);
});

it("lets a browser in by one click as well", async () => {
  const browser = new Browser();
  await browser.signIn("credentials", { username: "jane" });
  expect(await (await browser.fetch("/api/auth_user")).json()).toMatchObject({ username: "Jane" });
});

it("does not know who is not there", async () => {
  const answer = await login({ username: "nobody" });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ message: "User not found" });
});

it("still checks a password that is given", async () => {
  expect((await login({ username: "jane", password: "whatever it is" })).status).toBe(401);
});

it("makes no accounts where sign-up is closed", async () => {
  const answer = await request("/api/users", { method: "POST", json: { username: "newcomer", password: "correct horse battery" } });
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ message: expect.any(String) });
});
