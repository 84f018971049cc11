import { afterEach, expect, test, vi } from "vitest";
import { pool } from "@/lib/server/db";
import { requireReady } from "@/lib/server/readiness";

afterEach(() => vi.useRealTimers());

test("the database is asked once a second whether it is there, however often the server is", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const queries = vi.spyOn(pool(), "query");
  const ask = () => Promise.all(Array.from({ length: 50 }, requireReady));
  await ask();
  await ask();
  expect(queries).toHaveBeenCalledTimes(1);
  vi.setSystemTime(Date.now() + 1_000);
  await ask();
  expect(queries).toHaveBeenCalledTimes(2);
});
