import { fileURLToPath } from "node:url";
import { execute, install } from "./install.mjs";

/**
 * `npm run mutants`: breaks the code in small ways, one at a time, and tells which breaks no test sees. What has not
 * changed since the last run is not run again. `npm run mutants -- --mutate lib/client/outbox/outbox.ts` takes one file.
 */
process.chdir(fileURLToPath(new URL("..", import.meta.url)));

await install();
const { status } = await execute(process.execPath, ["node_modules/@stryker-mutator/core/bin/stryker.js", "run", ...process.argv.slice(2)], {
  show: true,
});
process.exit(status ?? 1);
