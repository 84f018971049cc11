import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type EventStream, openStream, ready } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import type { Person } from "../support/person";
import { type RunningServer, startServer } from "../support/server";
import { group, send, somebody, talk } from "../support/talk";

let here: ListeningHost;
let other: RunningServer;

beforeAll(async () => {
  Object.assign(process.env, { RATE_LIMIT: "on", DEV_LOGIN: "1" });
  other = await startServer();
  // The clock of the server in this process is ours, so that nobody has to wait for a silence.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"], now: Date.now() });
  here = await listen();
});

afterAll(async () => {
  vi.useRealTimers();
  await here.close();
});

type Server = { url: string };

async function online(server: Server, { token }: Person): Promise<EventStream> {
  const stream = await openStream(server.url, { token });
  await stream.first(ready);
  return stream;
}

const tells = (list: "online" | "offline", who: Person) => (event: { name: string; data: Record<string, string[]> }) =>
  event.name === "presence" && event.data[list]?.includes(who.id) === true;

test("a budget is one budget, whichever server is asked", async () => {
  const login = (server: Server) =>
    fetch(`${server.url}/api/login`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username: "nobody-at-all" }),
    });
  const statuses: number[] = [];
  for (let i = 0; i < 60; i++) statuses.push((await login(i % 2 ? here : other)).status);
  expect(new Set(statuses)).toEqual(new Set([404]));
  for (const server of [here, other]) {
    const refused = await login(server);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  }
});

test("who is online at another server is told, comes and goes, and is gone when their server is killed", { timeout: 60_000 }, async () => {
  const [ann, bob, stranger] = await Promise.all([somebody(), somebody(), somebody()]);
  await send(ann, await group(ann, bob), "hello");
  // Anybody can start a conversation with anybody: until a word is said in it, it makes nobody known.
  await talk(stranger, ann);
  const anns = await online(other, ann);
  const strangers = await online(here, stranger);

  const bobs = await online(here, bob);
  await bobs.first(tells("online", ann));
  await anns.first(tells("online", bob));

  bobs.cut();
  await anns.first(tells("offline", bob));

  const again = await online(here, bob);
  await again.first(tells("online", ann));
  await other.kill("SIGKILL");
  for (let i = 0; i < 5; i++) vi.advanceTimersByTime(5_000);
  await again.first(tells("offline", ann));
  expect(strangers.events.some(tells("online", ann))).toBe(false);
  again.cut();
  strangers.cut();
});

test("of a group at two servers either tells how many are online, and who is at both counts once", { timeout: 60_000 }, async () => {
  const third = await startServer();
  const [ann, bob, cid] = await Promise.all([somebody(), somebody(), somebody()]);
  const id = await group(ann, bob, cid);
  const streams = await Promise.all([online(here, ann), online(third, ann), online(third, bob), online(here, cid)]);
  const counted = async ({ url }: Server) => {
    const answer = await fetch(`${url}/api/groups/${id}/online`, { headers: { Authorization: `Bearer ${cid.token}` } });
    return (await answer.json()).online;
  };
  for (const server of [here, third]) await expect.poll(() => counted(server), { timeout: 20_000 }).toBe(3);
  for (const stream of streams) stream.cut();
  await third.stop();
});
