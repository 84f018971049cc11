import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SENT_AHEAD_MAX } from "@/lib/host/in-order";
import { CREDENTIALS } from "../support/calls";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendRaw } from "../support/raw";
import { somebody } from "../support/talk";

process.env.RATE_LIMIT = "on";

let host: ListeningHost;
/** Requests that were passed on to Next. */
let passedOn = 0;

beforeAll(async () => {
  host = await listen((_, outgoing) => {
    passedOn++;
    outgoing.end("a page");
  });
});
afterAll(() => host.close());

/** From an address of its own, as our proxy would tell: each test has its own budgets. */
const from = (address: string, headers = {}) => ({ "X-Forwarded-For": address, ...headers });

const get = (path: string, headers: Record<string, string>) => fetch(host.url + path, { headers });

/** Asks until it is refused for more than a moment: the budget of a window that is about to end counts for nothing. */
async function exhaust(path: string, headers: Record<string, string>): Promise<{ taken: number; refused: Response }> {
  for (let taken = 0; taken < 20_000; ) {
    const answer = await get(path, headers);
    if (answer.status === 429 && answer.headers.get("retry-after") !== "1") return { taken, refused: answer };
    if (answer.status !== 429) taken++;
    await answer.body?.cancel();
  }
  throw new Error("All calls were taken.");
}

const asking = (path: string, address: string) => `GET ${path} HTTP/1.1\r\nHost: parley.test\r\nX-Forwarded-For: ${address}\r\n\r\n`;

/** The statuses of enough calls for the budgets of two windows, to the letter of the path and on one connection. */
async function askOften(path: string, address: string, times = 12_010): Promise<string[]> {
  const socket = connect(host.port, "127.0.0.1");
  const statuses: string[] = [];
  let unfinished = "";
  const askAgain = () => socket.write(asking(path, address).repeat(SENT_AHEAD_MAX));
  const done = new Promise<void>((resolve, reject) => {
    socket.on("error", reject).on("data", (bytes) => {
      const before = statuses.length;
      const lines = `${unfinished}${bytes}`.split("\r\n");
      unfinished = lines.pop() ?? "";
      for (const line of lines) statuses.push(...[...line.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = ""]) => status));
      if (statuses.length >= times) resolve();
      else if (statuses.length > before && statuses.length % SENT_AHEAD_MAX === 0) askAgain();
    });
  });
  askAgain();
  await done;
  socket.destroy();
  return statuses;
}

describe("who opens too many pages", () => {
  test("reads so on a page, with when to come back, and can still talk; nobody else is concerned", async () => {
    const [one, other] = await Promise.all([somebody(), somebody()]);
    const ones = from("192.0.2.1", CREDENTIALS.cookie(one));
    const { taken, refused } = await exhaust("/c/1", ones);
    expect(taken).toBeGreaterThanOrEqual(100);
    expect(refused.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(refused.headers.get("content-security-policy")).toContain("default-src 'none'");
    const page = await refused.text();
    expect(page).toContain("<h1>Slow down a little</h1>");
    expect(page).toContain(`in ${refused.headers.get("retry-after")} seconds`);
    expect((await get("/c/1", from("192.0.2.2", CREDENTIALS.cookie(one)))).status).toBe(429);
    expect((await get("/api/auth_user", ones)).status).toBe(200);
    expect((await get("/_next/static/x.js", ones)).status).toBe(200);
    expect((await get("/c/1", from("192.0.2.1", CREDENTIALS.cookie(other)))).status).toBe(200);
  });

  test("is stopped signed out as well, by address, whatever the pages are and whether there are any", async () => {
    const { taken } = await exhaust("/nowhere", from("192.0.2.3"));
    expect(taken).toBeGreaterThanOrEqual(100);
    expect((await get("/sign-in", from("192.0.2.3"))).status).toBe(429);
    expect((await get("/sign-in", from("192.0.2.3", { Cookie: "parley.session=made.up.token" }))).status).toBe(429);
    expect((await get("/sign-in", from("192.0.2.4"))).status).toBe(200);
  });

  test("is stopped fetching files, after many more", async () => {
    const statuses = await askOften("/_next/static/x.js", "192.0.2.5");
    expect(statuses.filter((status) => status === "200").length).toBeGreaterThanOrEqual(5_000);
    expect(statuses).toContain("429");
    expect((await get("/icon.svg", from("192.0.2.6"))).status).toBe(200);
  });

  test.each([
    ["a name that looks like a file's", "/nowhere.js", "192.0.2.9"],
    ["a way around", "/_next/static/../../sign-in", "192.0.2.10"],
    ["an escaped way around", "/_next/static/%2E%2e/..%5C/sign-in", "192.0.2.11"],
    ["a broken escape among files", "/_next/static/%zz", "192.0.2.12"],
  ])("is stopped as soon where they ask for pages by %s", async (_, path, address) => {
    const statuses = await askOften(path, address, 700);
    expect(statuses.filter((status) => status === "200").length).toBeLessThanOrEqual(600);
    expect(statuses).toContain("429");
  });
});

test("who tries tokens is stopped by address, and a good token from there is still taken", async () => {
  const { token } = await somebody();
  const good = from("192.0.2.7", { Authorization: `Bearer ${token}` });
  const { taken, refused } = await exhaust("/api/auth_user", from("192.0.2.7", { Authorization: `Bearer ${token}x` }));
  expect(taken).toBeGreaterThanOrEqual(100);
  expect(await refused.json()).toMatchObject({ message: expect.any(String) });
  expect((await get("/api/conversations", from("192.0.2.7"))).status).toBe(429);
  expect((await get("/api/auth_user", good)).status).toBe(200);
  expect((await get("/api/conversations", from("192.0.2.8"))).status).toBe(401);
});

describe("a body that is sent to a page", () => {
  const post = (headers: string) => `POST /sign-in HTTP/1.1\r\nHost: parley.test\r\n${headers}\r\n\r\n`;

  test.each([
    ["of a told length", post("Content-Length: 10000000")],
    ["in chunks", `${post("Transfer-Encoding: chunked")}5\r\nhello\r\n`],
    ["of a GET", post("Content-Length: 10000000").replace("POST", "GET")],
    ["of an unknown address", post("Content-Length: 10000000").replace("/sign-in", "/nowhere")],
  ])("is not waited for: %s", async (_, request) => {
    const before = passedOn;
    // Nothing more is sent, and still the connection ends.
    const { status, head, body } = await sendRaw(host.port, request);
    expect(status).toBe(request.startsWith("GET") ? 413 : 405);
    expect(head).toContain("Connection: close");
    expect(body).toMatch(/<p>[A-Z][^<]+\.<\/p>/);
    expect(passedOn).toBe(before);
  });

  test("may be empty", async () => {
    const ask = (line: string) =>
      sendRaw(host.port, `${line} HTTP/1.1\r\nHost: parley.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    expect((await ask("GET /sign-in")).status).toBe(200);
    expect(await ask("POST /sign-in")).toMatchObject({ status: 405, head: expect.stringContaining("Allow: GET, HEAD") });
  });
});

test.each([
  ["by a length and in chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked"],
  ["by two lengths", "Content-Length: 5\r\nContent-Length: 6"],
  ["in chunks that are none", "Transfer-Encoding: xchunked"],
  ["by a length after a line without its own end", "X: y\nContent-Length: 5"],
])("a request whose end can be read in two ways, %s, is refused and is the last of its connection", async (_, headers) => {
  const head = `POST /api/login HTTP/1.1\r\nHost: parley.test\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`;
  const { status, body } = await sendRaw(host.port, `${head}0\r\n\r\nGET /api/health HTTP/1.1\r\nHost: parley.test\r\n\r\n`);
  expect(status).toBe(400);
  expect(body).not.toContain("HTTP/1.1");
});
