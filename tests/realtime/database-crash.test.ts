import { afterAll, beforeAll, expect, test } from "vitest";
import { formatCursor } from "@/lib/server/realtime/cursor";
import { hub } from "@/lib/server/realtime/hub";
import { presentCursor } from "@/lib/server/realtime/present";
import { sql } from "../support/database";
import { openStream, ready, reset, saying } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { type ScratchPostgres, startScratchPostgres, TEMPLATE, withDatabase } from "../support/scratch-postgres";
import { group } from "../support/talk";

let postgres: ScratchPostgres;
let host: ListeningHost;

beforeAll(async () => {
  // Only commits that somebody waits for reach the disk by themselves, as when a crash comes quickly.
  postgres = await startScratchPostgres({ wal_writer_delay: "10s" });
  process.env.DATABASE_URL = withDatabase(postgres.appUrl, TEMPLATE);
  process.env.PARLEY_TEST_DATABASE = withDatabase(postgres.url, TEMPLATE);
  host = await listen();
});

afterAll(async () => {
  await hub().close();
  await host.close();
  await postgres.stop();
});

test("after a crash of the database, which gives out transaction ids again, nobody misses what is sent", async () => {
  const [ann, bob] = (await people(2, "crash")) as [Person, Person];
  const talk = await group(ann, bob);
  const say = (content: string) => send(() => host.url, bob, talk, content);
  const live = await openStream(host.url, { token: ann.token });
  await live.first(ready);
  await say("before the crash");
  await live.first(saying("before the crash"));

  // Ids that were taken, and of which the disk knows nothing.
  for (let i = 0; i < 5; i++) await sql("SELECT pg_current_xact_id()");
  const firstPaint = formatCursor(await presentCursor());
  await postgres.crash();

  const contents = Array.from({ length: 8 }, (_, i) => `after the crash ${i}`);
  for (const content of contents) await say(content);
  const back = await openStream(host.url, { token: ann.token, from: firstPaint });
  for (const stream of [live, back]) {
    for (const content of contents) await stream.first(saying(content));
    expect(stream.events.some(reset)).toBe(false);
  }
});
