import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startNext, startServer } from "../support/server";

describe.each([
  { name: "our own host", start: startServer },
  { name: "next start", start: startNext },
])("under $name, where anybody signs in as anybody,", ({ start }) => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await start({ env: { DEV_LOGIN: "1", PUBLIC_URL: "http://parley.test:8080" } });
  });

  afterAll(() => server.stop());

  /** As a browser asks that takes this address for another site. */
  const ask = (path: string, host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = { path, headers: { Host: host, Accept: "*/*" } };
      request(server.url, options, (answer) => resolve(answer.resume().statusCode))
        .on("error", reject)
        .end();
    });

  test.each(["localhost", "localhost:3000", "127.0.0.1:80", "[::1]:3000", "parley.test", "LOCALHOST"])("%s is answered", async (host) => {
    expect(await Promise.all(["/sign-in", "/api/health", "/api/auth/csrf"].map((path) => ask(path, host)))).toEqual([200, 200, 200]);
  });

  test.each(["elsewhere.example", "localhost.elsewhere.example", "127.0.0.1.elsewhere.example:3000", "192.0.2.1", "0"])(
    "a page of another site that has its name lead here is refused: %s",
    async (host) => {
      const paths = ["/sign-in", "/", "/nothing", "/api/health", "/api/auth/csrf", "/api/auth_user"];
      expect(await Promise.all(paths.map((path) => ask(path, host)))).toEqual(paths.map(() => 403));
    },
  );
});

test("elsewhere nobody asks for the name", async () => {
  const server = await startServer({ env: { DEV_LOGIN: "0" } });
  const status = await new Promise((resolve) => {
    request(server.url, { path: "/sign-in", headers: { Host: "elsewhere.example" } }, (answer) =>
      resolve(answer.resume().statusCode),
    ).end();
  });
  expect(status).toBe(200);
  await server.stop();
});
