import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { account, dataFolder, usedDataFolder } from "../support/data-folder";
import { openStream, ready } from "../support/event-stream";

test("an empty folder is all it takes: two lines say where it listens and where the data is", async () => {
  const home = dataFolder();
  const server = await home.start();
  await expect
    .poll(() => server.logs().trim().split("\n").slice(-2))
    .toEqual([expect.stringContaining(`:${server.port}`), expect.stringContaining(home.path)]);
  expect((await fetch(`${server.url}/api/ready`)).status).toBe(200);
  expect((await fetch(`${server.url}/sign-in`)).status).toBe(200);
});

test("secrets are made once, and for their owner's eyes only", async () => {
  const home = dataFolder();
  await (await home.start()).stop();
  const path = join(home.path, "secrets.json");
  const made = readFileSync(path, "utf8");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await (await home.start()).stop();
  expect(readFileSync(path, "utf8")).toBe(made);
});

test.each(["SIGINT", "SIGTERM"] as const)("%s ends server and database within five seconds, with 200 streams open", async (signal) => {
  const home = usedDataFolder();
  const server = await home.start({ RATE_LIMIT: "off" });
  const people = await Promise.all(Array.from({ length: 10 }, (_, i) => account(server.url, `keeper${i}`)));
  const streams = await Promise.all(Array.from({ length: 200 }, (_, i) => openStream(server.url, { token: people[i % 10]?.token })));
  await Promise.all(streams.map((stream) => stream.first(ready)));
  const since = Date.now();
  expect(await server.kill(signal)).toBe(0);
  expect(Date.now() - since).toBeLessThan(5_000);
  await Promise.all(streams.map((stream) => stream.ended));
  expect(new Set(streams.map((stream) => stream.retry())).size).toBeGreaterThan(100);
  expect(home.postmaster()).toBeNull();
});

test.each([
  ["a service manager, which signals npm alone", "SIGTERM", 1],
  ["Ctrl+C, which reaches every process of a terminal at once", "SIGINT", -1],
] as const)("npm start is ended in order by %s", async (_, signal, group) => {
  const home = usedDataFolder();
  const { child, ended, logs } = home.npmStart();
  await expect.poll(logs, { timeout: 30_000 }).toContain("Ctrl+C stops Parley.");
  expect(home.postmaster()).not.toBeNull();
  process.kill(group * (child.pid as number), signal);
  await ended;
  await expect.poll(() => home.postmaster()).toBeNull();
  // A database that goes first leaves the server complaining.
  expect(logs()).not.toContain('"level":');
});

test.each([100, 500, 1_000, 1_500])("Ctrl+C %i ms into a start leaves nothing running", async (ms) => {
  const home = dataFolder();
  const { child, ended } = home.begin();
  await sleep(ms);
  child.kill("SIGINT");
  await ended;
  await expect.poll(() => home.postmaster()).toBeNull();
});
