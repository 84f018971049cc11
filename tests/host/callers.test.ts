import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendRaw } from "../support/raw";
import { type RunningServer, startServer } from "../support/server";
import { somebody } from "../support/talk";

let server: RunningServer;

function serverThatTrusts(TRUST_PROXY: string): void {
  beforeAll(async () => {
    server = await startServer({ env: { RATE_LIMIT: "on", TRUST_PROXY } });
  });
  afterAll(() => server.stop());
}

async function ask(line: string, headers: Record<string, string>, body = "", from = "127.0.0.1") {
  const all = { Host: "here.test", Connection: "close", "Content-Length": String(body.length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return sendRaw(server.port, `${line} HTTP/1.1\r\n${lines.join("")}\r\n${body}`, from);
}

/** Addresses that no other test has spent the budget of: all servers of this file share one database. */
let last = 1;
const address = () => `127.0.0.${++last}`;

/** The statuses of eleven wrong passwords for one account, each said to come from another address. */
async function guess(header: string, claim: (i: number) => string): Promise<number[]> {
  const body = JSON.stringify({ username: `g${randomUUID().slice(0, 8)}`, password: "a wrong password" });
  const from = address();
  const statuses = [];
  for (let i = 0; i < 11; i++) {
    statuses.push((await ask("POST /api/login", { "Content-Type": "application/json", [header]: claim(i) }, body, from)).status);
  }
  return statuses;
}

const ONE_CALLER = [...Array(10).fill(401), 429];
const ELEVEN_CALLERS = Array(11).fill(401);

/** Under which address the server thinks that it is reached. */
async function knownAs(headers: Record<string, string>): Promise<string> {
  const { body } = await ask("GET /api/auth/providers", headers);
  return new URL(JSON.parse(body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1)).credentials.signinUrl).origin;
}

describe.each([
  ["the default", ""],
  ["one hop", "1"],
  ["its network", "10.0.0.0/8,127.0.0.0/8"],
])("a proxy that is trusted by %s", (_, setting) => {
  serverThatTrusts(setting);

  test("says who calls", async () => {
    expect(await guess("X-Forwarded-For", (i) => `198.51.100.${i}`)).toEqual(ELEVEN_CALLERS);
  });

  test("is not outdone by what its caller claims", async () => {
    expect(await guess("X-Forwarded-For", (i) => `198.51.100.${i}, 203.0.113.9`)).toEqual(ONE_CALLER);
    expect(await guess("X-Parley-Address", (i) => `198.51.100.${i}`)).toEqual(ONE_CALLER);
  });

  test("says under which host and scheme", async () => {
    expect(await knownAs({})).toBe("http://here.test");
    expect(await knownAs({ "X-Forwarded-Host": "chat.test", "X-Forwarded-Proto": "https" })).toBe("https://chat.test");
    const chain = { "X-Forwarded-For": "198.51.100.1", "X-Forwarded-Host": "forged.test, chat.test", "X-Forwarded-Proto": "http, https" };
    expect(await knownAs(chain)).toBe("https://chat.test");
  });
});

describe.each([
  ["nobody", "0"],
  ["a network elsewhere", "192.0.2.0/24"],
])("where %s is trusted", (_, setting) => {
  serverThatTrusts(setting);

  test("nobody says for whom they call", async () => {
    expect(await guess("X-Forwarded-For", (i) => `198.51.100.${i}`)).toEqual(ONE_CALLER);
    expect(await guess("x-forwarded-for", (i) => `198.51.100.${i}, 192.0.2.1`)).toEqual(ONE_CALLER);
  });

  test("a foreign host or scheme is not believed", async () => {
    expect(await knownAs({ "X-Forwarded-Host": "forged.test", "X-Forwarded-Proto": "https" })).toBe("http://here.test");
  });

  test("a page of another site changes nothing by a host that it names", async () => {
    const cookie = `parley.session=${(await somebody()).token}`;
    const forged = { Origin: "http://forged.test", "X-Forwarded-Host": "forged.test", Cookie: cookie };
    expect((await ask("POST /api/logout", forged)).status).toBe(403);
    expect((await ask("POST /api/logout", { Origin: "http://here.test", Cookie: cookie })).status).toBe(204);
  });
});
