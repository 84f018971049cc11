import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "@/lib/host/postmaster";
import { account, usedDataFolder } from "../support/data-folder";
import { openStream, ready } from "../support/event-stream";
import { Follower, upTo } from "../support/follower";
import { freePort } from "../support/free-port";
import { length, patience, tell } from "../support/lengths";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { childrenOf } from "../support/processes";
import { spawnNode } from "../support/server";
import { group } from "../support/talk";

test(
  "processes that are replaced one after the other under load lose no message and nobody's place",
  async () => {
    const port = await freePort();
    const server = spawnNode(["dist/server.mjs"], { PORT: String(port), WORKERS: "2" });
    const workers = () => childrenOf(server.child.pid as number);
    onTestFinished(async () => {
      server.child.kill("SIGTERM");
      expect(await server.ended).toBe(0);
    });
    await expect.poll(server.logs, { timeout: 40_000 }).toContain("Parley is ready");
    const url = () => `http://127.0.0.1:${port}`;

    const everybody = (await people(8, "rolling")) as [Person, ...Person[]];
    const talks = await Promise.all(upTo(4).map(() => group(...everybody)));
    const followers = upTo(40).map(
      (i) => new Follower(url, (everybody[i % 8] as Person).token, { retryMs: () => 50 + Math.random() * 200 }),
    );
    await Promise.all(followers.map((follower) => follower.live));

    let restarting = true;
    let attempts = 0;
    const sending = everybody.map(async (sender, s) => {
      let sent = 0;
      for (; restarting; sent++) {
        const { attempts: needed } = await send(url, sender, talks[(s + sent) % 4] as string, `${s}:${sent}`);
        attempts += needed;
      }
      return sent;
    });
    const rounds = length(1, 10);
    for (let round = 0; round < rounds; round++) {
      const before = await workers();
      expect(before).toHaveLength(2);
      server.child.kill("SIGHUP");
      const now = async () => (await workers()).map((pid) => (before.includes(pid) ? "before" : "new"));
      await expect.poll(now, { timeout: 50_000, interval: 100 }).toEqual(["new", "new"]);
    }
    restarting = false;
    const sent = (await Promise.all(sending)).reduce((sum, count) => sum + count);

    for (const follower of followers) {
      await expect.poll(() => follower.messages.length, { timeout: 10_000 }).toBe(sent);
      const shown = [...follower.numbers().values()];
      for (const numbers of shown) expect(numbers).toEqual(upTo(numbers.length));
      expect(follower.resets).toBe(0);
    }
    const said = followers.flatMap(({ retries }) => retries).filter((ms) => ms !== 2_000);
    expect(said.length).toBeGreaterThanOrEqual(30);
    expect(Math.max(...said) - Math.min(...said)).toBeGreaterThan(2_000);
    expect(new Set(said.map((ms) => Math.floor(ms / 400))).size).toBeGreaterThan(5);
    await Promise.all(followers.map((follower) => follower.stop()));
    tell("rolling restart under load", { restarts: rounds * 2, sent, repeated: attempts - sent, failed: 0, missed: 0, readers: 40 });
  },
  patience(120_000),
);

test("a process that dies is missed by nobody for long, and a signal ends all of them and the database within five seconds", async () => {
  const home = usedDataFolder();
  const server = await home.start({ WORKERS: "2" });
  await expect
    .poll(() => server.logs().trim().split("\n").slice(-2))
    .toEqual([expect.stringContaining(`:${server.port}`), expect.stringContaining(`${home.path}, served by 2 processes;`)]);
  const [ann, bob] = [await account(server.url, "ann"), await account(server.url, "bob")];
  const { id } = await ann.post("/api/conversations", { username: "bob" });
  const say = (content: string) => send(() => server.url, ann, id, content);
  const followers = upTo(8).map(() => new Follower(() => server.url, bob.token));
  onTestFinished(async () => void (await Promise.all(followers.map((follower) => follower.stop()))));
  await Promise.all(followers.map((follower) => follower.live));
  const shown = () => followers.map(({ messages }) => messages.map(({ content }) => content));

  // The database is a child of this one too.
  const serving = async () => (await childrenOf(server.pid)).filter((pid) => pid !== home.postmaster());
  const [killed] = await serving();
  await say("before");
  process.kill(killed as number, "SIGKILL");
  await say("meanwhile");
  await expect.poll(async () => (await serving()).filter((pid) => pid !== killed).length, { timeout: 20_000 }).toBe(2);
  await say("after");
  await expect.poll(shown, { timeout: 20_000 }).toEqual(followers.map(() => ["before", "meanwhile", "after"]));
  expect(server.logs()).toContain("another one takes its place");

  const stream = await openStream(server.url, { token: bob.token });
  await stream.first(ready);
  const left = await serving();
  const since = Date.now();
  expect(await server.kill("SIGTERM")).toBe(0);
  expect(Date.now() - since).toBeLessThan(5_000);
  await stream.ended;
  expect(stream.retry()).not.toBeNull();
  expect(home.postmaster()).toBeNull();
  await expect.poll(() => left.filter((pid) => isAlive(pid))).toEqual([]);
});
