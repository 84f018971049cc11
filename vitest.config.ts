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

/** What starts a Parley as on a machine of somebody's own gets a folder that one has used. */
const onMachine = { ...withDatabase, globalSetup: [...withDatabase.globalSetup, "tests/support/used-data-folder-setup.ts"] };

const CONTRACT = ["tests/api/**/*.test.ts"];

/** What of the contract a host has a part in: how a request comes in, and how an answer goes out. */
const BY_HOST = [
  "accounts-{avatar,browser,https,single-sign-on}",
  "answers",
  "bodies",
  "cross-site",
  "forms",
  "limits",
  "logs",
  "messages",
  "outsiders",
  "pages",
  "reference-client",
  "streams",
].map((name) => `tests/api/${name}.test.ts`);

/**
 * The tests of the contract, through one of the three hosts that serve it. The functions behind a request are the same in
 * each: all of the contract is tested in process, and in the long run through the others too.
 */
const contract = (host: "handlers" | "server" | "next") => ({
  extends: true as const,
  test: {
    name: host,
    include: host === "handlers" || process.env.PARLEY_LONG_RUN ? CONTRACT : BY_HOST,
    env: { PARLEY_TEST_HOST: host },
    ...withDatabase,
  },
});

/** The table of routes that the build of our own host derives from the files. */
const routes = {
  name: ROUTES_MODULE,
  resolveId: (id: string) => (id === ROUTES_MODULE ? `\0${id}` : null),
  load: (id: string) => (id === `\0${ROUTES_MODULE}` ? routesSource() : null),
};

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
      // Handlers in process too, with a pooler between them and the database.
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
      { extends: true, test: { ...onMachine, name: "cluster", include: ["tests/{cluster,chaos}/**/*.test.ts"] } },
      { extends: true, test: { ...onMachine, name: "host", include: ["tests/host/**/*.test.ts"] } },
      // After all others and alone: what it watches is how much slower everything becomes.
      { extends: true, test: { name: "attacks", include: ["tests/attacks/**/*.test.ts"], ...withDatabase, sequence: { groupOrder: 1 } } },
    ],
  },
});
