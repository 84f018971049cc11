import { existsSync } from "node:fs";
import { installFromDebian } from "./install.mjs";

const KNOWN = [
  process.env.PGBOUNCER,
  "/usr/sbin/pgbouncer",
  "/usr/bin/pgbouncer",
  "/usr/local/bin/pgbouncer",
  "/opt/homebrew/bin/pgbouncer",
  "/opt/homebrew/opt/pgbouncer/bin/pgbouncer",
];

/** The path of a PgBouncer for the tests behind a pooler, installed from the system's packages where we may; else null. */
export async function findPgBouncer() {
  if (!installed()) await installFromDebian("pgbouncer");
  return installed();
}

/** What there is to say where there is none. */
export const NO_PGBOUNCER =
  "Not tested: the API behind a pooler. No PgBouncer was found, and none could be installed: install one (apt-get install pgbouncer, brew install pgbouncer), or set PGBOUNCER to the path of yours.";

function installed() {
  return KNOWN.find((path) => path && existsSync(path)) ?? null;
}
