import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { hub } from "@/lib/server/realtime/hub";
import { openStream, ready } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import { pair, send, somebody } from "../support/talk";

let host: ListeningHost;

beforeAll(async () => {
  host = await listen();
});

afterAll(() => host.close());

test("a server that starts among writers reads the log from now on, not from its beginning", async () => {
  const { one, id } = await pair();
  await send(one, id, "long ago");
  const queries = vi.spyOn(pool(), "query");
  const starting = hub().ready();
  hub().publishLogged(null);
  await starting;
  const begun = hub().cursor.position;
  const stream = await openStream(host.url, await somebody());
  await stream.first(ready);
  const tails = () =>
    queries.mock.calls
      .map(([asked]) => asked as unknown as { name: string; values: unknown[] })
      .filter(({ name }) => name === "event_tail");
  await expect.poll(tails).not.toEqual([]);
  expect(tails()[0]?.values[0]).toBe(begun);
  stream.cut();
});
