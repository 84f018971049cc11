import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { ROUTES_MODULE, routesSource } from "./scripts/routes.mjs";

const path = (from: string) => fileURLToPath(new URL(from, import.meta.url));

/** What needs a database gets one: a server for the run, and in it a database for every file. */
const withDatabase = {
  globalSetup: ["tests/support/global-setup.ts"],
  setupFiles: ["tests/support/file-setup.ts"],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** The tests of the contract, through one of the three hosts that serve it. */
const contract = (host: "handlers" | "server" | "next") => ({
  extends: true as const,
  test: { name: host, include: ["tests/api/**/*.test.ts"], env: { PARLEY_TEST_HOST: host }, ...withDatabase },
});

/** The table of routes that the build of our own host derives from the files. */
const routes = {
  name: ROUTES_MODULE,
  resolveId: (id: string) => (id === ROUTES_MODULE ? `\0${id}` : null),
  load: (id: string) => (id === `\0${ROUTES_MODULE}` ? routesSource() : null),
};

const attacks = { extends: true as const, test: { name: "attacks", include: ["tests/attacks/**/*.test.ts"], ...withDatabase } };

export default defineConfig({
  plugins: [routes],
  resolve: {
    alias: {
      "@": path("."),
      // Its guard is for bundlers: outside of one it throws.
      "server-only": path("node_modules/server-only/empty.js"),
    },
  },
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "units", include: ["tests/{client,protocol,components,lint}/**/*.test.{ts,tsx}"] } },
      contract("handlers"),
      contract("server"),
      contract("next"),
      // Handlers in process again, with a pooler between them and the database.
      {
        extends: true,
        test: {
          ...withDatabase,
          name: "pooler",
          include: ["tests/{api,pooler}/**/*.test.ts"],
          globalSetup: ["tests/support/global-setup.ts", "tests/support/pooler-setup.ts"],
        },
      },
      { extends: true, test: { name: "realtime", include: ["tests/{realtime,server}/**/*.test.ts"], ...withDatabase } },
      { extends: true, test: { name: "cluster", include: ["tests/{cluster,chaos}/**/*.test.ts"], ...withDatabase, testTimeout: 60_000 } },
      { extends: true, test: { name: "host", include: ["tests/host/**/*.test.ts"], ...withDatabase, testTimeout: 60_000 } },
      // Only in the long run, which has the machine to itself: what it watches is how much slower everything becomes.
      ...(process.env.PARLEY_LONG_RUN ? [attacks] : []),
    ],
  },
});
