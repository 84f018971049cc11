import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { hub } from "@/lib/server/realtime/hub";
import { isMessage, openStream, ready } from "../support/event-stream";
import { Follower, upTo } from "../support/follower";
import { type ListeningHost, listen } from "../support/listening-host";
import { type Person, people } from "../support/person";
import { fill, group } from "../support/talk";

const STALL_MS = vi.hoisted(() => 1_000);
/** Several times what the buffers of the kernel hold: a replay has to wait for its reader. */
const MESSAGES = 3_000;

vi.mock("@/lib/protocol/limits", async (actual) => ({ ...(await actual()), REPLAY_STALL_MS: STALL_MS }));

let host: ListeningHost;
let reader: Person;
let talk: string;
let from: string;

beforeAll(async () => {
  host = await listen();
  const [one, writer] = (await people(2, "stalled")) as [Person, Person];
  reader = one;
  talk = await group(reader, writer);
  const stream = await openStream(host.url, { token: reader.token });
  ({ id: from } = await stream.first(ready));
  stream.cut();
  const before = hub().cursor.position;
  await fill(talk, writer, MESSAGES, "🙂".repeat(4_000));
  // Read by the server before the reader is back: what it is sent is then replay alone, and nothing live.
  await vi.waitUntil(() => hub().cursor.position > before, { timeout: 10_000 });
});

afterAll(() => host.close());

test("a reader that stops in the middle of its replay is cut off though nothing else happens, and comes back to the rest", async () => {
  const stuck = await openStream(host.url, { token: reader.token, from });
  await stuck.first(isMessage);
  stuck.pause();
  await expect.poll(() => hub().size).toBe(1);
  await expect.poll(() => hub().size, { timeout: 10_000 }).toBe(0);
  stuck.cut();

  const seen = stuck.events.filter(isMessage);
  expect(seen.length).toBeLessThan(MESSAGES);
  const back = new Follower(() => host.url, reader.token, { from: seen.at(-1)?.id });
  await back.live;
  const numbers = [...seen.map(({ data }) => data.seq), ...back.messages.map(({ seq }) => seq)];
  expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(upTo(MESSAGES));
  await back.stop();
});

test("a reader that is only slow gets to the end of its replay", async () => {
  const since = Date.now();
  const slow = await openStream(host.url, {
    token: reader.token,
    from,
    onEvent({ data }) {
      if (data.seq % 50 !== 0) return;
      slow.pause();
      setTimeout(() => slow.resume(), STALL_MS / 20);
    },
  });
  await slow.first(ready);
  expect(Date.now() - since).toBeGreaterThan(2 * STALL_MS);
  expect(slow.events.filter(isMessage)).toHaveLength(MESSAGES);
  slow.cut();
});
