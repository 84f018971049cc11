import { afterAll, expect, inject, test } from "vitest";
import { parseCursor } from "@/lib/server/realtime/cursor";
import { database } from "../support/database";
import { openStream, ready, reset, saying } from "../support/event-stream";
import { listen } from "../support/listening-host";
import { sendPersistently as send } from "../support/persistent-send";
import type { Person } from "../support/person";
import { people } from "../support/person";
import { run, withDatabase } from "../support/scratch-postgres";
import { startServer } from "../support/server";
import { group } from "../support/talk";

const copy = `copy_of_${Date.now()}`;

afterAll(() => run(inject("postgres"), `DROP DATABASE IF EXISTS ${copy} WITH (FORCE)`));

test("at a restored copy of the database a client loads afresh; at the database itself it goes on", async () => {
  const host = await listen();
  const [ann, bob] = (await people(2, "copied")) as [Person, Person];
  const talk = await group(ann, bob);
  const stream = await openStream(host.url, ann);
  await stream.first(ready);
  await send(() => host.url, bob, talk, "seen");
  const { id: from } = await stream.first(saying("seen"));
  stream.cut();

  const name = new URL(database()).pathname.slice(1);
  const admin = inject("postgres");
  await run(admin, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await run(admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
  await run(admin, `CREATE DATABASE ${copy} TEMPLATE ${name}`);
  await run(admin, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true; ALTER DATABASE ${copy} ALLOW_CONNECTIONS true`);

  const restored = await startServer({ env: { DATABASE_URL: withDatabase(admin, copy) } });
  const there = await openStream(restored.url, { token: ann.token, from });
  const { id: anew } = await there.first(reset);
  expect(parseCursor(anew)?.epoch).not.toBe(parseCursor(from)?.epoch);
  await send(() => restored.url, bob, talk, "only in the copy");
  await there.first(saying("only in the copy"));

  await send(() => host.url, bob, talk, "only in the original");
  const back = await openStream(host.url, { token: ann.token, from });
  await back.first(saying("only in the original"));
  expect(back.events.some(reset)).toBe(false);
  back.cut();
  await restored.stop();
  await host.close();
});
