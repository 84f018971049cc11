import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, isBuilt, programs } from "./build.mjs";
import { fail, install, QUIET } from "./install.mjs";

/**
 * Runs a program from whatever state the clone is in. `built` says that it needs what `next build` makes; else bundling
 * it takes a second. Variables of `env` come before those of the environment and of `.env`.
 */
export async function runProgram(name, { built = false, env = {} } = {}) {
  process.chdir(fileURLToPath(new URL("..", import.meta.url)));
  await install({ toRun: isBuilt() });
  if (built) await build();
  const folder = await programs();
  Object.assign(process.env, QUIET, env);
  loadEnvironment();
  process.setSourceMapsEnabled(true);
  await import(`../${folder}/${name}.mjs`);
}

function loadEnvironment() {
  if (!existsSync(".env")) return;
  try {
    process.loadEnvFile(".env");
  } catch ({ code }) {
    fail(`The file .env cannot be read (${code}).`);
  }
}
