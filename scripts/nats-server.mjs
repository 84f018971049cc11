import { existsSync } from "node:fs";
import { installFromDebian } from "./install.mjs";

const KNOWN = [
  process.env.NATS_SERVER,
  "/usr/sbin/nats-server",
  "/usr/bin/nats-server",
  "/usr/local/bin/nats-server",
  "/opt/homebrew/bin/nats-server",
];

/** The path of a NATS server for the tests of the bus, installed from the system's packages where we may; else null. */
export async function findNatsServer() {
  if (!installed()) await installFromDebian("nats-server");
  return installed();
}

/** What there is to say where there is none. */
export const NO_NATS_SERVER =
  "Not tested: servers that talk by way of NATS. No nats-server was found, and none could be installed: install one (apt-get install nats-server, brew install nats-server), or set NATS_SERVER to the path of yours.";

function installed() {
  return KNOWN.find((path) => path && existsSync(path)) ?? null;
}
