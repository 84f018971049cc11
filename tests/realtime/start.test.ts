import { expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { hub } from "@/lib/server/realtime/hub";

test("a server that starts among writers reads the log from now on, not from its beginning", async () => {
  const queries = vi.spyOn(pool(), "query");
  const starting = hub().ready();
  hub().publishLogged();
  await starting;
  const tails = () =>
    queries.mock.calls
      .map(([asked]) => asked as unknown as { name: string; values: unknown[] })
      .filter(({ name }) => name === "event_tail");
  await expect.poll(tails).toHaveLength(1);
  expect(tails()[0]?.values[0]).toBe(hub().cursor.position);
});
