import { expect, test } from "vitest";
import { isUnavailable, query, transaction } from "@/lib/server/db";

const WRITE = { name: "a_write", text: "INSERT INTO rate_limits (key) VALUES ('a write')" };

test("a connection that is lost within a transaction fails that one, and nothing else", async () => {
  const end = { name: "end", text: "SELECT pg_terminate_backend(pg_backend_pid())" };
  const error = await transaction((run) => run(end, [])).catch((reason) => reason);
  expect(isUnavailable(error)).toBe(true);
  expect(await query({ name: "one", text: "SELECT 1 AS one" }, [])).toEqual([{ one: 1 }]);
});

test("a connection that takes no writes any more is given up: the next one does", async () => {
  await query({ name: "read_only", text: "SET default_transaction_read_only = on" }, []);
  const error = await transaction((run) => run(WRITE, [])).catch((reason) => reason);
  expect(error).toMatchObject({ code: "25006" });
  expect(isUnavailable(error)).toBe(true);
  await query(WRITE, []);
});
