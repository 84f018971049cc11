import { defineConfig } from "vitest/config";
import base from "./vitest.config";

/**
 * What `npm run mutants` runs for each break: the tests that need neither a database nor a browser, less the models,
 * whose chance would see a break in one run and not in the next.
 */
export default defineConfig({
  ...base,
  test: {
    include: ["tests/{client,protocol,components}/**/*.test.{ts,tsx}", "tests/server/{frames,together,usernames}.test.ts"],
    exclude: ["**/*.model.test.ts"],
    env: { DATABASE_URL: "postgresql://nobody@localhost/none", AUTH_SECRET: "a secret of the tests, at least 32 characters" },
  },
});
