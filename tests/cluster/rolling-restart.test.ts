import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { Follower, upTo } from "../support/follower";
import { freePort } from "../support/free-port";
import { length, patience, tell } from "../support/lengths";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { type Starting, spawnNode } from "../support/server";
import { group } from "../support/talk";

/** The servers of a cluster: the processes that it has started and that still run. */
async function servers({ child }: Starting): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="]);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.flatMap(([pid, parent]) => (pid !== undefined && parent === child.pid ? pid : []));
}

test(
  "servers that are restarted one after the other under load lose no message and nobody's place",
  async () => {
    const port = await freePort();
    const cluster = spawnNode(["dist/cluster.mjs", "--instances", "2"], { PORT: String(port) });
    onTestFinished(async () => {
      cluster.child.kill("SIGTERM");
      expect(await cluster.ended).toBe(0);
    });
    await expect.poll(cluster.logs, { timeout: 40_000 }).toContain("Parley is ready");
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
      const before = await servers(cluster);
      expect(before).toHaveLength(2);
      cluster.child.kill("SIGHUP");
      const changed = async () => (await servers(cluster)).filter((pid) => !before.includes(pid)).length;
      await expect.poll(changed, { timeout: 50_000, interval: 100 }).toBe(2);
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
