import { createDatabase } from "./database";

/** Before a test file's own imports: the environment that lib/server reads, with a database of its own. */
Object.assign(process.env, {
  DATABASE_URL: await createDatabase(),
  AUTH_SECRET: "a secret of the tests, at least 32 characters",
  RATE_LIMIT: "off",
  LOG_LEVEL: "silent",
  ...(process.env.PARLEY_TEST_LOG ? { LOG_LEVEL: process.env.PARLEY_TEST_LOG } : {}),
});
