import { afterAll, beforeAll, expect, test } from "vitest";
import { hub } from "@/lib/server/realtime/hub";
import { openStream, ready } from "../support/event-stream";
import { held } from "../support/held";
import { length, patience, tell } from "../support/lengths";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { group } from "../support/talk";

const VISITS = length(2_000, 10_000);
const AT_ONCE = 40;

let host: ListeningHost;

beforeAll(async () => {
  host = await listen();
});

afterAll(() => host.close());

test(`${VISITS} connects and disconnects leave no stream, listener, timer, socket or memory behind`, {
  timeout: patience(60_000),
}, async () => {
  const readers = (await people(20, "visit")) as [Person, ...Person[]];
  const talk = await group(...readers);
  const { id: missedFrom } = await visitUntil("ready", readers[0], "");
  for (let i = 0; i < 30; i++) await send(() => host.url, readers[0], talk, "to be replayed");

  // Cut at once, while it catches up, when it is live; with something to replay, nothing, or nonsense.
  const ways = ["at once", "first event", "ready"] as const;
  const cursors = ["", missedFrom, "nonsense"];
  const round = async (visits: number) => {
    for (let done = 0; done < visits; done += AT_ONCE) {
      const visit = (i: number) => visitUntil(ways[i % 3] as Way, readers[i % 20] as Person, cursors[Math.floor(i / 3) % 3] as string);
      await Promise.all([...Array.from({ length: AT_ONCE }, (_, i) => visit(i)), send(() => host.url, readers[0], talk, "meanwhile")]);
    }
    await expect.poll(() => hub().size).toBe(0);
    await expect.poll(() => host.answers.size).toBe(0);
  };

  // What is made once (prepared statements, compiled code, caches) is there after a first round.
  await round(400);
  const before = await held();
  await round(VISITS);
  const after = await held();
  // Connections to the database and of fetch come and go by themselves, up to a dozen of each.
  for (const kind of ["timers", "sockets"] as const) expect(after[kind]).toBeLessThan(before[kind] + 25);
  expect(after.listeners).toEqual(before.listeners);
  const perVisit = (after.heap - before.heap) / VISITS;
  expect(perVisit).toBeLessThan(1_000);
  tell("connects and disconnects", { visits: VISITS, "heap bytes for each": Math.round(perVisit), "streams left": hub().size });
});

type Way = "at once" | "first event" | "ready";

async function visitUntil(way: Way, { token }: Person, from: string): Promise<{ id: string }> {
  const stream = await openStream(host.url, { token, from });
  const last =
    way === "at once" ? { id: "" } : await stream.first((event) => way === "first event" || ready(event) || event.name === "reset");
  stream.cut();
  await stream.ended;
  return last;
}
