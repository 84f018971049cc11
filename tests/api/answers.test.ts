import routes from "parley:routes";
import { beforeAll, describe, expect, it } from "vitest";
import { sql } from "../support/database";
import { hostName } from "../support/host";
import { type Person, request } from "../support/person";
import { pair, send, sendRequest } from "../support/talk";

let one: Person;
let id: string;

beforeAll(async () => {
  ({ one, id } = await pair());
});

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const told = async (answer: Response) => ({ status: answer.status, body: await answer.json() });

describe("every answer", () => {
  it("has a request id of its own, whatever the caller says", async () => {
    const headers = { "X-Request-Id": "mine" };
    const ids = await Promise.all(
      ["/api/auth_user", "/api/auth_user", "/api/nothing", "/api/conversations?limit=0"].map(async (path) => {
        const answer = await one.fetch(path, { headers });
        return answer.headers.get("x-request-id");
      }),
    );
    for (const requestId of ids) expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    ["/api/auth_user", 200],
    ["/api/conversations", 200],
    ["/api/conversations/abc", 404],
    ["/api/conversations?limit=0", 422],
    ["/api/messages", 406],
    ["/api/nothing", 404],
  ])("is JSON that is neither sniffed nor stored: %s", async (path, status) => {
    const answer = await one.fetch(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(answer.headers.get("x-powered-by")).toBeNull();
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("a failure of the server", () => {
  it("says nothing of its inside: no stack, no SQL, no name of a table", async () => {
    await sql("ALTER TABLE participants RENAME TO misplaced");
    try {
      for (const answer of [
        await sendRequest(one, id, { content: "hello" }),
        await one.fetch("/api/conversations"),
        await one.fetch(`/api/conversations/${id}/messages`),
      ]) {
        expect(await told(answer)).toMatchObject({
          status: 500,
          body: { message: "Something went wrong on the server. Try again in a moment." },
        });
        expect([...answer.headers].join()).not.toMatch(/participants|misplaced|select|at /i);
        expect(answer.headers.get("x-request-id")).toBeTruthy();
      }
    } finally {
      await sql("ALTER TABLE misplaced RENAME TO participants");
    }
    expect((await send(one, id, "all is well again")).mine).toBe(true);
  });
});

describe("an unknown path", () => {
  it.each([
    "/api/nothing",
    "/api/conversations/x/y/z",
    "/api/Conversations",
    "/api/auth_user/x",
    "/api/.env",
    "/api/%00",
    "/api/messages/x",
  ])("%s is not found, by any method", async (path) => {
    for (const method of METHODS) {
      expect(await told(await one.fetch(path, { method }))).toMatchObject({ status: 404, body: { message: "Page not found" } });
      expect((await request(path, { method })).status).toBe(404);
    }
  });
});

describe.skipIf(hostName === "next")("an address with a broken escape", () => {
  it.each(["/api/%zz", "/api/conversations/%zz", "/api/conversations/%c3%28", "/api/auth/%"])("%s is not found", async (path) => {
    const answer = await one.fetch(path);
    expect(await told(answer)).toMatchObject({ status: 404, body: { message: expect.stringMatching(/ not found$/) } });
  });
});

describe("a method", () => {
  const paths = routes.map(({ pattern, module }) => ({
    path: pattern.replace("[id]", "abc").replace("[...path]", "nothing"),
    missing: METHODS.filter((method) => !(method in module)),
    gets: "GET" in module,
  }));

  it("that a path does not have is refused with 405", async () => {
    for (const { path, missing } of paths) {
      for (const method of missing) expect([path, method, (await one.fetch(path, { method })).status]).toEqual([path, method, 405]);
    }
  });

  it("that next-auth does not take where a password is posted is refused with 405", async () => {
    const refused = await request("/api/auth/callback/credentials");
    expect(await told(refused)).toMatchObject({ status: 405, body: { message: "This address does not take that method." } });
    expect(refused.headers.get("allow")).toBe("POST");
  });

  it.skipIf(hostName === "next")("that a path does not have is answered with those that it has", async () => {
    const refused = await one.fetch("/api/conversations", { method: "DELETE" });
    expect(await told(refused)).toMatchObject({ status: 405, body: { message: "This address does not take that method." } });
    expect(refused.headers.get("allow")).toBe("GET, HEAD, OPTIONS, POST");
    expect(refused.headers.get("x-request-id")).toBeTruthy();
  });

  it("HEAD answers like GET, without a body", async () => {
    for (const path of ["/api/auth_user", "/api/conversations", `/api/conversations/${id}`, "/api/conversations/abc", "/api/nothing"]) {
      const [get, head] = await Promise.all(["GET", "HEAD"].map((method) => one.fetch(path, { method })));
      expect(head?.status).toBe(get?.status);
      expect(head?.headers.get("cache-control")).toBe("private, no-store");
      expect(await head?.text()).toBe("");
    }
    expect((await request("/api/auth_user", { method: "HEAD" })).status).toBe(401);
  });

  it("OPTIONS invites no other site", async () => {
    const asked = { Origin: "https://elsewhere.test", "Access-Control-Request-Method": "POST" };
    for (const { path } of paths) {
      const answer = await one.fetch(path, { method: "OPTIONS", headers: asked });
      expect(answer.status).toBe(204);
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });
});
