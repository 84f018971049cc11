import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { URL_MAX } from "@/lib/host/admission";
import { type RunningServer, startServer } from "../support/server";
import { somebody } from "../support/talk";

let server: RunningServer;
let chunk: string;

beforeAll(async () => {
  server = await startServer({ env: { PUBLIC_URL: "https://parley.test" } });
  const page = await (await fetch(`${server.url}/sign-in`)).text();
  chunk = /"(\/_next\/static\/[^"]+\.js)"/.exec(page)?.[1] ?? "";
});

afterAll(() => server.stop());

const ask = (path: string, method = "GET") => fetch(server.url + path, { method, redirect: "manual" });

describe.each([
  ["a page", () => ask("/sign-in")],
  ["a page that leads on", () => ask("/settings")],
  ["a page that is not there", () => ask("/nothing")],
  ["a part of a page", () => ask(chunk)],
  ["an icon", () => ask("/icon.svg")],
  ["an icon that is not there", () => ask("/icon-none.png")],
  ["the manifest", () => ask("/manifest.webmanifest")],
  ["an answer of the API", () => ask("/api/health")],
  ["a refusal of the API", () => ask("/api/auth_user")],
  ["an answer of next-auth", () => ask("/api/auth/providers")],
  ["a page that is asked for by another method", () => ask("/sign-in", "POST")],
  ["an address that is too long", () => ask(`/api/${"x".repeat(URL_MAX)}`)],
])("%s", (_, get) => {
  test("keeps to https, is not sniffed, and is neither framed nor embedded by another site", async () => {
    const { headers } = await get();
    expect(headers.get("strict-transport-security")).toBe("max-age=63072000");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("content-security-policy")).toMatch(/^default-src .*base-uri 'none'.*frame-ancestors 'none'/);
  });
});

test.each(["/api/health", "/api/nothing", "/icon.svg", "/manifest.webmanifest"])(
  "opened by itself, what is no page runs and loads nothing: %s",
  async (path) => {
    expect((await ask(path)).headers.get("content-security-policy")).toBe(
      "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
    );
  },
);

test("a page with somebody's conversations is stored nowhere", async () => {
  const { token } = await somebody();
  const page = await fetch(`${server.url}/settings`, { headers: { Cookie: `__Host-parley.session=${token}` } });
  expect(page.status).toBe(200);
  expect(page.headers.get("cache-control")).toContain("no-store");
});

test.each([
  "/.git/config",
  "/.env",
  "/package.json",
  "/next.config.js",
  "/prisma/schema.prisma",
  "/data/secrets.json",
  "/public/icon.svg",
  "/_next/BUILD_ID",
  "/_next/static/",
  "/_next/static/chunks/",
])("no file but those of the pages is given out, and no list of files: %s", async (path) => {
  expect((await ask("/icon.svg")).status).toBe(200);
  // An address that ends with a slash leads to the one without it.
  const { status, headers } = await ask(path);
  expect([status, headers.get("location")]).toEqual(path.endsWith("/") ? [308, path.slice(0, -1)] : [404, null]);
  expect((await fetch(server.url + path)).status).toBe(404);
});

test("a page tells no other site where one comes from", async () => {
  expect((await ask("/sign-in")).headers.get("referrer-policy")).toBe("same-origin");
});

test("what marks our own scripts on a page is new each time and not to be guessed", async () => {
  const marks = await Promise.all(
    [1, 2].map(async () => /'nonce-([^']+)'/.exec((await ask("/sign-in")).headers.get("content-security-policy") ?? "")?.[1] ?? ""),
  );
  expect(new Set(marks).size).toBe(2);
  // 128 bits, of which a UUID fixes six.
  for (const mark of marks) expect(Buffer.from(mark, "base64")).toHaveLength(16);
});
