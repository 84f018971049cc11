import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningServer, startServer } from "../support/server";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ env: { RATE_LIMIT: "on", TRUST_PROXY: "0" } });
});

afterAll(() => server.stop());

/** Tries a wrong password as the sign-in page does; tells next-auth's word for why it failed. */
async function signInFailure(username: string, headers: Record<string, string>): Promise<string | null> {
  const csrf = await fetch(`${server.url}/api/auth/csrf`);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const cookie = csrf.headers.getSetCookie().map((set) => set.split(";")[0]);
  const answer = await fetch(`${server.url}/api/auth/callback/credentials`, {
    method: "POST",
    headers: { ...headers, Cookie: cookie.join("; ") },
    body: new URLSearchParams({ csrfToken, username, password: "guess", json: "true" }),
  });
  const { url } = (await answer.json()) as { url: string };
  return new URL(url).searchParams.get("error");
}

test.each(["X-Parley-Address", "X-Forwarded-For"])("who guesses passwords is slowed down, whatever their %s claims", async (header) => {
  const failures = [];
  for (let i = 0; i < 11; i++) failures.push(await signInFailure(`victim of ${header}`, { [header]: `192.0.2.${i}` }));
  expect(failures.at(-1)).toBe("TooManyRequests");
});

/** Logs in with a wrong password by a way that leads through Next, since the path begins otherwise than our routes do. */
function logInStatus(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json" };
    request(server.url, { method: "POST", path: "/x/../api/login", headers }, (answer) => resolve(answer.resume().statusCode))
      .on("error", reject)
      .end(JSON.stringify({ username: "roundabout", password: "guess" }));
  });
}

test("nobody guesses by a roundabout way", async () => {
  expect(await logInStatus()).toBe(405);
});

test.each(["/sign-in", "/nothing", "/nothing.png", "/c/x.png", "/iconic", "/_next/image?url=%2Ficon-512.png&w=640&q=75"])(
  "every page may be framed by nobody and runs no foreign script: %s",
  async (path) => {
    const { headers } = await fetch(server.url + path, { redirect: "manual" });
    expect(headers.get("content-security-policy")).toMatch(/script-src 'self' 'nonce-[^']+'.*frame-ancestors 'none'/);
    expect(headers.get("x-frame-options")).toBe("DENY");
  },
);

test.each(["/c/%zz", "/%", "/c/%c3%28", "/sign-in%"])("a page with a broken escape in its address is not found: %s", async (path) => {
  expect((await fetch(server.url + path)).status).toBe(404);
});

test("nobody has pictures made and kept on the server's disk", async () => {
  const answer = await fetch(`${server.url}/_next/image?url=${encodeURIComponent("/icon-512.png#1")}&w=640&q=75`);
  expect(answer.status).toBe(404);
});

test.each(["GET http://elsewhere.example/", "GET http://elsewhere.example/api/health"])("“%s” is not found", async (line) => {
  const socket = connect(server.port, "127.0.0.1");
  socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  expect(answer).toMatch(/^HTTP\/1\.1 404 /);
});

test("next-auth, whose answers are the dearest, stops answering who asks too often", async () => {
  const statuses = new Set<number>();
  // Two windows may share the calls.
  for (let i = 0; i < 601 && !statuses.has(429); i++) statuses.add((await fetch(`${server.url}/api/auth/csrf`)).status);
  expect(statuses).toEqual(new Set([200, 429]));
});
