import { request } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../support/free-port";
import { type Starting, spawnNode } from "../support/server";

let server: Starting;
let port: number;

beforeAll(async () => {
  port = await freePort();
  const env = { PORT: String(port), RATE_LIMIT: "on", TRUST_PROXY: "192.0.2.1", WORKERS: "2" };
  server = spawnNode(["dist/server.mjs"], env);
  await vi.waitUntil(() => server.logs().includes("Parley is ready"), { timeout: 55_000, interval: 50 });
});

afterAll(async () => {
  server.child.kill("SIGTERM");
  expect(await server.ended).toBe(0);
});

/** A request from one of the many addresses of the loopback. */
function ask(
  from: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  json?: unknown,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = { "Content-Type": "application/json", ...headers };
    const asked = request({ host: "127.0.0.1", port, localAddress: from, method, path, headers: sent, agent: false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text) => (body += text));
      answer.on("end", () => resolve({ status: answer.statusCode as number, body }));
    });
    asked.on("error", reject).end(json === undefined ? undefined : JSON.stringify(json));
  });
}

const guess = (from: string, headers?: Record<string, string>) =>
  ask(from, "POST", "/api/login", headers, { username: "nobody.at.all", password: "a wrong password" });

test("at a server of several processes everybody keeps an address of their own, and cannot take another", async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 11; i++) statuses.push((await guess("127.0.0.2", { "X-Forwarded-For": `198.51.100.${i}` })).status);
  expect(statuses).toEqual([...Array(10).fill(401), 429]);
  expect((await guess("127.0.0.3")).status).toBe(401);
});

test("a host and a scheme that a stranger names are not believed", async () => {
  const forged = { Host: "here.test", "X-Forwarded-Host": "forged.test", "X-Forwarded-Proto": "https", "X-Parley-Address": "198.51.100.1" };
  const { body } = await ask("127.0.0.4", "GET", "/api/auth/providers", forged);
  expect(new URL(JSON.parse(body).credentials.signinUrl).origin).toBe("http://here.test");
});
