import { inject } from "vitest";
import { createDatabase } from "./database";
import { sameDatabase } from "./scratch-postgres";

/** Before a test file's own imports: the environment that lib/server reads, with a database of its own. */
const url = await createDatabase();
const pooler = inject("pooler");
Object.assign(process.env, {
  PARLEY_TEST_DATABASE: url,
  // What a server can do here is what it can do in a database of its own.
  DATABASE_URL: sameDatabase(url, pooler ?? inject("app")),
  ...(pooler ? { DATABASE_DIRECT_URL: sameDatabase(url, inject("app")) } : {}),
  AUTH_SECRET: "a secret of the tests, at least 32 characters",
  RATE_LIMIT: "off",
  LOG_LEVEL: "silent",
  ...(process.env.PARLEY_TEST_LOG ? { LOG_LEVEL: process.env.PARLEY_TEST_LOG } : {}),
});
