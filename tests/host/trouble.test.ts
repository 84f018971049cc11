import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "../support/database";
import { type Person, person } from "../support/person";
import { type RunningServer, startServer } from "../support/server";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";

let way: TcpProxy;
let server: RunningServer;
let anna: Person;

beforeAll(async () => {
  way = await startTcpProxy(Number(new URL(database()).port));
  const url = Object.assign(new URL(database()), { port: String(way.port) });
  server = await startServer({ env: { DATABASE_URL: url.href, LOG_LEVEL: "info" } });
  anna = await person("anna");
});

afterAll(async () => {
  await server.stop();
  await way.stop();
});

/** What the server has logged of requests to a path, and with them. */
const entries = (path: string) => {
  const lines = server
    .logs()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  const all = lines.map((line) => JSON.parse(line));
  const ids = all.filter((entry) => entry.path === path).map(({ requestId }) => requestId);
  return all.filter(({ requestId }) => ids.includes(requestId));
};

test.each([
  ["POST", "/api/login", "application/json", "Content-Length: 100"],
  ["POST", "/api/users", "application/json", "Transfer-Encoding: chunked"],
  ["PUT", "/api/auth_user/avatar", "image/png", "Content-Length: 100"],
])("who leaves in the middle of what they send is no fault of the server: %s %s", async (method, path, type, length) => {
  const socket = connect(server.port, "127.0.0.1");
  const headers = [`${method} ${path} HTTP/1.1`, "Host: localhost", `Content-Type: ${type}`, length, `Authorization: Bearer ${anna.token}`];
  socket.write(`${headers.join("\r\n")}\r\n\r\n5\r\n{"use`, () => socket.destroy());
  await expect.poll(() => entries(path), { timeout: 10_000 }).toEqual([expect.objectContaining({ level: 30, status: 400 })]);
});

test("while the database is away the server says so, and goes on by itself once it is back", async () => {
  const ask = (path: string) => fetch(server.url + path, { headers: { Authorization: `Bearer ${anna.token}` } });
  expect((await ask("/api/conversations")).status).toBe(200);
  way.refuse();
  const refused = await ask("/api/conversations");
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("2");
  expect(await refused.json()).toMatchObject({ message: expect.stringMatching(/^The database cannot be reached\./) });
  await expect.poll(async () => (await ask("/api/ready")).status, { timeout: 5_000 }).toBe(503);
  expect((await ask("/api/health")).status).toBe(200);
  way.heal();
  await expect.poll(async () => (await ask("/api/ready")).status, { timeout: 5_000 }).toBe(200);
  expect((await ask("/api/conversations")).status).toBe(200);
});
