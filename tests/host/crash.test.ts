import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { account, dataFolder, usedDataFolder } from "../support/data-folder";

/** A conversation with a message, and how to read it again. */
async function say(url: string): Promise<(url: string) => Promise<string[]>> {
  await account(url, "listener");
  const keeper = await account(url);
  const { id } = await keeper.post("/api/conversations", { username: "listener" });
  await keeper.post(`/api/conversations/${id}/messages`, { content: "still here" });
  return async (now) => {
    const messages = (await (await account(now)).get(`/api/conversations/${id}/messages`)) as { content: string }[];
    return messages.map(({ content }) => content);
  };
}

test("after kill -9 of the server the next start takes over its database and all that is in it", async () => {
  const home = usedDataFolder();
  const killed = await home.start();
  const read = await say(killed.url);
  await killed.kill("SIGKILL");
  const left = home.postmaster();
  expect(left).not.toBeNull();
  const next = await home.start();
  expect(home.postmaster()).toBe(left);
  expect(await read(next.url)).toEqual(["still here"]);
  await next.stop();
  expect(home.postmaster()).toBeNull();
});

test("after kill -9 of everything the next start just works", async () => {
  const home = usedDataFolder();
  const killed = await home.start();
  const read = await say(killed.url);
  await home.killDatabase();
  await killed.kill("SIGKILL");
  const next = await home.start();
  expect(await read(next.url)).toEqual(["still here"]);
});

test("pid files that name another process by now block nothing", async () => {
  const home = usedDataFolder();
  const killed = await home.start();
  const read = await say(killed.url);
  const files = ["postgres/postmaster.pid", "socket/.s.PGSQL.5432.lock"].map((file) => join(home.path, file));
  const left = files.map((file) => readFileSync(file, "utf8"));
  await killed.stop();
  const another = spawn("sleep", ["60"]);
  for (const [i, file] of files.entries()) writeFileSync(file, (left[i] as string).replace(/^\d+/, String(another.pid)));
  const next = await home.start();
  expect(await read(next.url)).toEqual(["still here"]);
  expect(another.kill()).toBe(true);
});

test("a database that dies under a running server comes back, time and again", async () => {
  const home = usedDataFolder();
  const server = await home.start();
  const read = await say(server.url);
  for (let kill = 0; kill < 3; kill++) {
    await home.killDatabase();
    const again = () => read(server.url).catch(() => "away");
    await expect.poll(again, { timeout: 20_000, interval: 200 }).toEqual(["still here"]);
  }
});

test("an initdb that was cut off leaves nothing that matters", async () => {
  const home = dataFolder();
  const abandoned = join(home.path, "postgres.new.999999999/data");
  mkdirSync(abandoned, { recursive: true });
  const server = await home.start();
  expect((await fetch(`${server.url}/api/ready`)).status).toBe(200);
  expect(() => readFileSync(abandoned)).toThrow("ENOENT");
});
