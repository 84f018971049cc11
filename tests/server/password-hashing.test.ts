import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { sql } from "../support/database";
import { person, request } from "../support/person";

/** What the real library was asked to verify. */
const watched = vi.hoisted(() => ({ hashes: [] as string[], running: 0, most: 0 }));

vi.mock("@node-rs/argon2", async (original) => {
  const library = await original<typeof import("@node-rs/argon2")>();
  return {
    ...library,
    async verify(hash: string, password: string) {
      watched.hashes.push(hash);
      watched.most = Math.max(watched.most, ++watched.running);
      try {
        return await library.verify(hash, password);
      } finally {
        watched.running--;
      }
    },
  };
});

const PASSWORD = "correct horse battery";
const PARAMETERS = "$argon2id$v=19$m=19456,t=2,p=1";

const login = (username: string, password: string) => request("/api/login", { method: "POST", json: { username, password } });

beforeAll(async () => {
  await request("/api/users", { method: "POST", json: { username: "jane", password: PASSWORD } });
  await person("octocat");
});

beforeEach(() => {
  Object.assign(watched, { hashes: [], running: 0, most: 0 });
});

it("stores Argon2id with the parameters of OWASP", async () => {
  const [stored] = await sql<{ password_hash: string }>("SELECT password_hash FROM users WHERE username = 'jane'");
  expect(stored?.password_hash.startsWith(`${PARAMETERS}$`)).toBe(true);
});

it.each([
  ["a wrong password", "jane"],
  ["an unknown name", "nobody.at.all"],
  ["a name that cannot be", "no such name!"],
  ["an account without a password", "octocat"],
])("does one hash of the same cost for %s", async (_, username) => {
  expect((await login(username, "wrong password")).status).toBe(401);
  expect(watched.hashes.map((hash) => hash.split("$").slice(0, 4).join("$"))).toEqual([PARAMETERS]);
});

it("hashes a few at a time, however many come", async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => login("jane", PASSWORD)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(watched.most).toBeLessThanOrEqual(3);
  expect(watched.hashes).toHaveLength(40);
});

it("turns the end of a flood away instead of keeping it waiting", async () => {
  const answers = await Promise.all(Array.from({ length: 400 }, () => login("jane", PASSWORD)));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get("retry-after")).toBe("5");
});
