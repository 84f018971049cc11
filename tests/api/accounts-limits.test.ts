import { beforeAll, describe, expect, it } from "vitest";
import { sql } from "../support/database";
import { host } from "../support/host";
import { person, request } from "../support/person";

const PASSWORD = "correct horse battery";

beforeAll(async () => {
  await host({ RATE_LIMIT: "on", TRUST_PROXY: "1" });
  for (const username of ["jane", "walter", "lena", "max", "nora", "olga", "paul"]) {
    expect((await request("/api/users", { method: "POST", json: { username, password: PASSWORD }, ...from("10.0.0.1") })).status).toBe(201);
  }
});

const from = (address: string) => ({ headers: { "X-Forwarded-For": address } });

const login = (username: string, password: string, address: string) =>
  request("/api/login", { method: "POST", json: { username, password }, ...from(address) });

/** So many minutes pass for all that counts failures. */
const pass = (minutes: number) => sql("UPDATE rate_limits SET expire = expire - $1::bigint * 60000 WHERE key LIKE 'failures%'", [minutes]);

/** Fails from one address after the other, as who holds many of them does, until the account is held back. */
async function attack(username: string, network: string): Promise<void> {
  for (let i = 0; i < 10; i++) {
    if ((await fail(username, `${network}.${i}`, 5)).includes(429)) return;
  }
  throw new Error("Fifty failures were let pass.");
}

/** The statuses of so many sign-ins with a wrong password, one after the other. */
async function fail(username: string, address: string, times: number): Promise<number[]> {
  const statuses = [];
  for (let i = 0; i < times; i++) statuses.push((await login(username, "wrong password", address)).status);
  return statuses;
}

describe("guessing a password", () => {
  it("is slowed down after ten failures, for a name that exists as for one that does not", async () => {
    for (const username of ["jane", "nobody.at.all"]) {
      expect(await fail(username, "10.1.0.1", 11)).toEqual([...Array(10).fill(401), 429]);
      const refused = await login(username, PASSWORD, "10.1.0.1");
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ message: expect.any(String) });
    }
  });

  it("does not lock the owner out, who comes from elsewhere", async () => {
    expect((await login("jane", PASSWORD, "10.1.0.2")).status).toBe(200);
  });

  it("is not made easier by guessing in parallel, or by another spelling", async () => {
    const spellings = ["walter", "WALTER", " Walter "];
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => login(spellings[i % 3] ?? "", "wrong password", "10.1.0.3")));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  });

  it("is not made easier by claiming another address on the way, or by many addresses of one network", async () => {
    for (let i = 0; i < 10; i++) await login("lena", "wrong password", `10.9.9.${i}, 10.1.0.4`);
    expect((await login("lena", PASSWORD, "10.9.9.99, 10.1.0.4")).status).toBe(429);
    for (let i = 0; i < 10; i++) await login("lena", "wrong password", `2001:db8:0:7::${i}`);
    expect((await login("lena", PASSWORD, "2001:db8:0:7:ffff::1")).status).toBe(429);
    expect((await login("lena", PASSWORD, "2001:db8:0:8::1")).status).toBe(200);
  });

  it("begins anew once the right one was given", async () => {
    for (let round = 0; round < 2; round++) {
      expect(await fail("max", "10.1.0.5", 9)).toEqual(Array(9).fill(401));
      expect((await login("max", PASSWORD, "10.1.0.5")).status).toBe(200);
    }
  });

  it("from many addresses holds back only addresses that are strange to the account", async () => {
    expect((await login("nora", PASSWORD, "10.3.0.1")).status).toBe(200);
    await attack("nora", "10.4.0");
    expect((await login("nora", PASSWORD, "10.3.0.2")).status).toBe(429);
    expect((await login("nora", PASSWORD, "10.3.0.1")).status).toBe(200);
    // With a budget of its own, which is no larger than that of any address.
    expect(await fail("nora", "10.3.0.1", 11)).toEqual([...Array(10).fill(401), 429]);
  });

  it("at first holds strange addresses back for half a minute, then twice as long each time, at most a quarter of an hour", async () => {
    await attack("olga", "10.5.0");
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const refused = await login("olga", PASSWORD, "10.6.0.1");
      expect(refused.status).toBe(429);
      waits.push(Math.ceil(Number(refused.headers.get("retry-after")) / 30) * 30);
      await pass(waits[i] === 30 ? 1 : (waits[i] ?? 0) / 60);
      expect((await login("olga", "wrong password", `10.6.1.${i}`)).status).toBe(401);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
    await pass(15);
    expect((await login("olga", PASSWORD, "10.6.0.1")).status).toBe(200);
  });

  it("does not make a wait longer by asking while one has to wait", async () => {
    await attack("paul", "10.7.0");
    const refused = async () => Number((await login("paul", PASSWORD, "10.8.0.1")).headers.get("retry-after"));
    const first = await refused();
    for (let i = 0; i < 5; i++) expect(await refused()).toBeLessThanOrEqual(first);
  });

  it("knows where somebody has signed in from for two months, twenty places at most, and by no address", async () => {
    await person("quentin");
    await sql("UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE username = 'max') WHERE username = 'quentin'");
    const known = () =>
      sql<{ network: string; seen_at: Date }>(
        "SELECT k.network, k.seen_at FROM known_networks k JOIN users u ON u.id = k.user_id WHERE u.username = 'quentin' ORDER BY seen_at",
      );
    for (let i = 1; i <= 22; i++) expect((await login("quentin", PASSWORD, `10.12.0.${i}`)).status).toBe(200);
    const networks = await known();
    expect(networks).toHaveLength(20);
    expect(JSON.stringify(networks)).not.toContain("10.12");
    await attack("quentin", "10.13.0");
    expect((await login("quentin", PASSWORD, "10.12.0.1")).status).toBe(429);
    expect((await login("quentin", PASSWORD, "10.12.0.22")).status).toBe(200);
    await sql("UPDATE known_networks SET seen_at = now() - interval '61 days'");
    expect((await login("quentin", PASSWORD, "10.12.0.22")).status).toBe(429);
  });

  it("is slowed down for who is signed in and wants to change it, and not for their other devices", async () => {
    const other = (await (await login("max", PASSWORD, "10.1.0.6")).json()).token;
    const { token } = await (await login("max", PASSWORD, "10.1.0.6")).json();
    const change = (currentPassword: string, by = token) =>
      request("/api/auth_user/password", {
        method: "PUT",
        json: { currentPassword, newPassword: "another good one" },
        headers: { Authorization: `Bearer ${by}` },
      });
    for (let i = 0; i < 10; i++) expect((await change("wrong password")).status).toBe(422);
    expect((await change(PASSWORD)).status).toBe(429);
    expect((await change(PASSWORD, other)).status).toBe(200);
  });
});

describe("requests", () => {
  it("are limited for each user", async () => {
    const [hasty, calm] = [await person("hasty"), await person("calm")];
    const search = () => hasty.fetch("/api/usernames?search=ja");
    const answers = await Promise.all(Array.from({ length: 250 }, search));
    const refused = answers.filter(({ status }) => status === 429);
    // At most two windows of 120 each, should one end on the way.
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await calm.fetch("/api/usernames?search=ja")).status).toBe(200);
  });

  it("to sign up are limited for each address", async () => {
    const signUp = (address: string) =>
      request("/api/users", { method: "POST", json: { username: "x", password: PASSWORD }, ...from(address) });
    const answers = await Promise.all(Array.from({ length: 61 }, () => signUp("10.2.0.1")));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(60).fill(422), 429].sort());
    expect((await signUp("10.2.0.2")).status).toBe(422);
  });
});
