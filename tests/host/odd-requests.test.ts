import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { URL_MAX } from "@/lib/host/admission";
import { sendRaw } from "../support/raw";
import { type RunningServer, startServer } from "../support/server";
import { somebody } from "../support/talk";

let server: RunningServer;
let cookie: string;

beforeAll(async () => {
  server = await startServer({ env: { LOG_LEVEL: "info" } });
  cookie = `parley.session=${(await somebody()).token}`;
});
afterAll(() => server.stop());

const request = (line: string, headers: Record<string, string> = {}, body = "") => {
  const lines = Object.entries({ Host: "parley.test", Connection: "close", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return sendRaw(server.port, `${line} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
};

/** Each odd in a way of its own; what is right to answer differs, and a failure of ours never is. */
const QUERIES = [
  "error=constructor",
  "error=__proto__",
  "error=toString&error=valueOf",
  "error[]=x&error[constructor]=x",
  "__proto__=x&__proto__[callbackUrl]=x&constructor=x&hasOwnProperty=x",
  "callbackUrl=//",
  "callbackUrl=/%00",
  "callbackUrl=/\\\\[",
  "callbackUrl=//[::1",
  "callbackUrl=/c/1&callbackUrl=/c/2",
  "callbackUrl=",
  "callbackUrl=%",
  "callbackUrl=%ff%fe",
  "callbackUrl=http://[",
  "callbackUrl=https://elsewhere.test/",
  "callbackUrl=javascript:alert(1)",
  "csrfToken=x&json=true",
  "then=x",
  "_rsc=%00",
  "token=%00&user=%00&lastEventId=%00",
  "search=%00",
  "search=%ed%a0%80",
  "limit=1e999&before=%00",
  "limit[]=1",
  "nextauth=x&nextauth=y",
  "?".repeat(200),
  "&".repeat(2_000),
  "%".repeat(500),
  "a=b&".repeat(1_500),
];

const PATHS = [
  "/",
  "/sign-in",
  "/sign-up",
  "/settings",
  "/c/constructor",
  "/nowhere",
  "/api/auth/signin",
  "/api/auth/signin/credentials",
  "/api/auth/signin/constructor",
  "/api/auth/callback/__proto__",
  "/api/auth/callback/credentials",
  "/api/auth/error",
  "/api/auth/session",
  "/api/auth/signout",
  "/api/auth/verify-request",
  "/api/oauth/github",
  "/api/usernames",
  "/api/conversations",
  "/api/messages",
];

const ODD_PATHS = [
  "/%00",
  "/c/%00",
  "/c/%2e%2e%2f",
  "/c/..%5c",
  "/c/%ff",
  "/c/%ed%a0%80",
  "/c/__proto__",
  "/c//",
  "//",
  "//elsewhere.test/",
  "/\\",
  "/./../sign-in",
  "/x/../api/health",
  "/_next/static/../../package.json",
  "/_next/static/%00",
  "/_next/static/chunks/%2e%2e/x.js",
  "/_next/data/x/sign-in.json",
  "/_next/image?url=%00&w=NaN&q=",
  "/_next/../..",
  "/__proto__",
  "/constructor",
  "/icon.svg%00",
  "/manifest.webmanifest/x",
  "/api/%00",
  "/api/",
  "/api/auth",
  "/api/auth/",
  "/api/auth/%00",
  "/api/auth/__proto__/constructor",
  "/api/conversations/%00",
  "/api/conversations/%00/messages",
  "/api/conversations/__proto__/messages?after=%00",
  "/api/conversations//messages",
  "/api/avatars/%00",
  "/api/avatars/constructor",
  "/api/sessions/%00",
  `/c/${"x".repeat(5_000)}`,
  `/api/avatars/${"x".repeat(5_000)}`,
  `/${"a/".repeat(2_000)}`,
];

const HEADERS: Record<string, string>[] = [
  { Cookie: "parley.session=%00; parley.theme=__proto__; parley.clock=constructor|en-GB; parley.sidebar=NaN" },
  { Cookie: "parley.clock=__proto__|toString; parley.sidebar=1e999; __proto__=x; constructor=y" },
  { Cookie: "=; ;;; a; =b; %=%; parley.session" },
  { Cookie: `parley.callback-url=%00; parley.csrf=${"x".repeat(4_000)}; parley.callback-url=http://[` },
  { Cookie: `parley.session=${"eyJ".repeat(1_000)}` },
  { Authorization: "Bearer" },
  { Authorization: `Bearer ${"x".repeat(10_000)}` },
  { Authorization: "Bearer \u00ff\u00fe" },
  { Host: "]" },
  { Host: "a b" },
  { Host: "" },
  { Host: "parley.test:99999" },
  { Host: "parley.test/x?y#z" },
  { Host: "@" },
  { "X-Forwarded-Host": "]", "X-Forwarded-Proto": "gopher" },
  { "X-Forwarded-For": ",,,", "X-Forwarded-Proto": ",", "X-Forwarded-Host": "," },
  { "X-Forwarded-For": "x".repeat(8_000) },
  { Origin: "null", "Sec-Fetch-Site": "\u00ff" },
  { Accept: "\u00ff" },
  { "Accept-Language": "__proto__" },
  { "User-Agent": "\u00ff".repeat(4_000) },
  { Rsc: "1", "Next-Router-State-Tree": "%00", "Next-Router-Prefetch": "1" },
  { Rsc: "1", "Next-Router-State-Tree": "%5B%22__proto__%22%5D" },
  { "Next-Router-State-Tree": "[" },
  { "Next-Action": "x" },
  { "Next-Url": "%00" },
  { "X-Middleware-Subrequest": "proxy:proxy:proxy:proxy:proxy" },
  { "X-Nonce": '"><script>' },
  { "X-Nextjs-Data": "1" },
  { "If-None-Match": '"', "If-Modified-Since": "never" },
  { Range: "bytes=9-1,-" },
  { "Accept-Encoding": "\u00ff;q=x" },
  { "Content-Type": "\u00ff" },
  { "Last-Event-Id": "\u00ff", Accept: "text/event-stream" },
  { Upgrade: "websocket", Connection: "Upgrade, close" },
  { Expect: "the unexpected" },
];

const METHODS = ["TRACE", "OPTIONS", "PUT", "PATCH", "DELETE", "POST", "PROPFIND", "SEARCH", "PURGE", "M-SEARCH", "QUERY"];

/** How many are under way at the same time. */
const AT_ONCE = 8;

async function failures(requests: [string, Record<string, string>?][]): Promise<string[]> {
  const failed: string[] = [];
  const left = [...requests];
  const ask = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [line, headers] = next;
      const { status } = await request(line, headers);
      if (status === 0 || status >= 500) failed.push(`${status} ${line.slice(0, 200)} ${JSON.stringify(headers ?? {}).slice(0, 100)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return failed;
}

describe("nothing odd that a caller sends is a failure of ours", () => {
  test("in the query", { timeout: 180_000 }, async () => {
    expect(await failures(PATHS.flatMap((path) => QUERIES.map((query): [string] => [`GET ${path}?${query}`])))).toEqual([]);
  });

  test("in the query, of somebody signed in", { timeout: 180_000 }, async () => {
    const paths = ["/sign-in", "/settings", "/api/auth/session", "/api/auth/signin/credentials", "/api/conversations"];
    const requests = paths.flatMap((path) =>
      QUERIES.map((query): [string, (typeof HEADERS)[0]] => [`GET ${path}?${query}`, { Cookie: cookie }]),
    );
    expect(await failures(requests)).toEqual([]);
  });

  test("in the path", async () => {
    expect(
      await failures(
        ODD_PATHS.flatMap((path): [string, Record<string, string>?][] => [[`GET ${path}`], [`GET ${path}`, { Cookie: cookie }]]),
      ),
    ).toEqual([]);
  });

  test("in the headers", async () => {
    expect(
      await failures(
        ["/", "/sign-in", "/api/auth/signin", "/api/auth/session", "/api/conversations", "/icon.svg"].flatMap((path) =>
          HEADERS.map((headers): [string, Record<string, string>] => [`GET ${path}`, headers]),
        ),
      ),
    ).toEqual([]);
  });

  test("as the method", async () => {
    const paths = [
      "/",
      "/sign-in",
      "/nowhere",
      "/icon.svg",
      "/_next/static/x",
      "/api/conversations",
      "/api/auth/session",
      "/api/nowhere",
      "*",
      "http://elsewhere.test/",
    ];
    expect(await failures(paths.flatMap((path) => METHODS.map((method): [string] => [`${method} ${path}`])))).toEqual([]);
  });
});

test.each([
  ["TRACE /sign-in", 405, "GET, HEAD"],
  ["POST /sign-in", 405, "GET, HEAD"],
  ["OPTIONS /", 405, "GET, HEAD"],
  ["DELETE /_next/static/x.js", 405, "GET, HEAD"],
  ["TRACE /api/conversations", 405, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"],
  ["PUT /api/conversations", 405, "GET, HEAD, OPTIONS, POST"],
] as const)("%s is told which methods there are", async (line, status, allow) => {
  const answer = await request(line);
  expect(answer.status).toBe(status);
  expect(answer.head.toLowerCase()).toContain(`allow: ${allow.toLowerCase()}\r\n`);
});

test("an error that next-auth does not know has a sentence of its own, also where it is named like a part of JavaScript", async () => {
  for (const code of ["constructor", "__proto__", "toString", "Unheard"]) {
    const { status, body } = await request(`GET /sign-in?error=${code}`);
    expect(status).toBe(200);
    expect(body).toContain("Signing in did not work. Try again, or another way.");
  }
});

test("an address that is too long is refused, page or not, and its whole length is in no log", async () => {
  for (const path of ["/nowhere/", "/api/nowhere/"]) {
    expect((await request(`GET ${path}${"x".repeat(URL_MAX)}`)).status).toBe(414);
    expect((await request(`GET ${path}${"y".repeat(URL_MAX - 100)}`)).status).toBe(404);
  }
  await expect.poll(() => server.logs()).toContain("/api/nowhere/yyyy");
  for (const line of server.logs().split("\n")) expect(line.length).toBeLessThan(1_000);
});
