import { appendFileSync, existsSync, lstatSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { type Checkout, checkout } from "../support/checkout";
import { freePort } from "../support/free-port";
import { type RunningServer, serving } from "../support/server";

const build = async (code: Checkout) => {
  const { ended, logs } = code.run(["scripts/build.mjs"]);
  return { code: await ended, said: logs(), folder: readlinkSync(code.file(".next")) };
};

/** As somebody does who updates the code. */
const change = (code: Checkout) => appendFileSync(code.file("lib/protocol/limits.ts"), "// Changed.\n");

async function start(code: Checkout, program = ["dist/server.mjs"]): Promise<RunningServer> {
  const port = await freePort();
  const server = await serving(code.run(program, { PORT: String(port) }), port);
  onTestFinished(async () => void (await server.kill("SIGKILL")));
  return server;
}

/** The addresses of the files that the pages of a build load. */
const files = (code: Checkout, folder: string) => {
  const all = readdirSync(code.file(folder, "static"), { recursive: true, encoding: "utf8", withFileTypes: true });
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => `/_next/static${entry.parentPath.slice(code.file(folder, "static").length)}/${entry.name}`);
};

const statuses = async ({ url }: RunningServer, paths: string[]) =>
  new Set(await Promise.all(paths.map(async (path) => (await fetch(url + path)).status)));

test("a server goes on beside a newer build and its server, and each has the files of the other's pages", async () => {
  const code = checkout();
  const one = await build(code);
  const older = await start(code);
  change(code);
  const two = await build(code);
  expect(two.folder).not.toBe(one.folder);
  const newer = await start(code);
  for (const server of [older, newer]) {
    expect(await statuses(server, ["/sign-in", ...files(code, one.folder), ...files(code, two.folder)])).toEqual(new Set([200]));
  }
  const chunk = await fetch(newer.url + files(code, one.folder).find((path) => path.includes("/only-")));
  expect(Object.fromEntries(chunk.headers)).toMatchObject({
    "content-type": expect.stringMatching(/^text\/javascript/),
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
  });
  const outside = ["/_next/static/../BUILD_ID", "/_next/static/%2e%2e/BUILD_ID", "/_next/static/chunks", "/_next/static/none.js"];
  expect(await statuses(newer, outside)).toEqual(new Set([404]));
});

test("next start goes on as well, and its pages' files are there for it", async () => {
  const code = checkout();
  const { folder } = await build(code);
  const server = await start(code, ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1"]);
  change(code);
  await build(code);
  expect(await statuses(server, ["/sign-in", ...files(code, folder)])).toEqual(new Set([200]));
});

test("a build that fails changes nothing for those who run and those who start", async () => {
  const code = checkout();
  const good = await build(code);
  writeFileSync(code.file("app/broken"), "");
  expect(await build(code)).toEqual({ code: 1, said: expect.stringContaining("Parley could not be built."), folder: good.folder });
  rmSync(code.file("app/broken"));
  expect(await build(code)).toEqual({ code: 0, said: expect.not.stringContaining("takes about a minute"), folder: good.folder });
});

test("the build before the newest is kept, and older ones as long as a server runs on them", async () => {
  const code = checkout();
  const builds = () => readdirSync(code.file("builds")).map((name) => `builds/${name}`);
  const one = await build(code);
  const server = await start(code);
  change(code);
  const two = await build(code);
  change(code);
  const three = await build(code);
  expect(builds().sort()).toEqual([one.folder, two.folder, three.folder].sort());
  expect(await statuses(server, ["/sign-in", ...files(code, one.folder)])).toEqual(new Set([200]));
  await server.stop();
  change(code);
  const four = await build(code);
  expect(builds().sort()).toEqual([three.folder, four.folder].sort());
});

test("what an older Parley or Next itself has built in their places gives way", async () => {
  const code = checkout();
  const { folder } = await build(code);
  for (const name of [".next", "dist"]) {
    rmSync(code.file(name));
    writeFileSync(code.file(name), "");
  }
  expect(await build(code)).toEqual({ code: 0, said: expect.any(String), folder });
  expect(lstatSync(code.file(".next")).isSymbolicLink()).toBe(true);
  expect(existsSync(code.file("dist/server.mjs"))).toBe(true);
});
