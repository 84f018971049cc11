import { defineConfig } from "vitest/config";
import base from "./vitest.config";

/** The tests that need neither a database nor a browser: what `npm run mutants` runs for each break. */
export default defineConfig({
  ...base,
  test: {
    include: ["tests/{client,protocol,components}/**/*.test.{ts,tsx}"],
    // Models that play chance come to the same end each time, and soon.
    setupFiles: ["tests/support/same-chance.ts"],
    env: { MODEL_RUNS: "100" },
  },
});
