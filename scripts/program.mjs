import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildIfStale, bundle, generate } from "./build.mjs";
import { install, QUIET } from "./install.mjs";

/**
 * Runs a program of dist/ from whatever state the clone is in. `built` says that it needs what `next build` makes;
 * else bundling it takes a second.
 */
export async function runProgram(name, { built = false, env = {} } = {}) {
  process.chdir(fileURLToPath(new URL("..", import.meta.url)));
  await install();
  if (built) await buildIfStale();
  else {
    await generate();
    await bundle();
  }
  Object.assign(process.env, QUIET, env);
  if (existsSync(".env")) process.loadEnvFile(".env");
  process.setSourceMapsEnabled(true);
  await import(`../dist/${name}.mjs`);
}
