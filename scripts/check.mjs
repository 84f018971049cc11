import { fileURLToPath, pathToFileURL } from "node:url";
import { generate } from "./build.mjs";
import { execute, install } from "./install.mjs";

/** What each check reads the code for, and the program that does it. */
const CHECKS = {
  "format, lint and import direction": ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"],
  types: ["node_modules/typescript/bin/tsc", "--noEmit"],
  "dead code and dependencies": ["node_modules/knip/bin/knip.js"],
};

/** `npm run check`. Returns how many checks passed and failed. */
export async function check() {
  await install();
  await generate();
  // Declares what Next's bundler knows how to import, such as style sheets.
  await execute(process.execPath, ["node_modules/next/dist/bin/next", "typegen"]);
  const result = { passed: 0, failed: 0 };
  for (const [name, args] of Object.entries(CHECKS)) {
    const { status, output } = await execute(process.execPath, args);
    console.log(status === 0 ? `✓ ${name}` : `✗ ${name}\n${output}`);
    result[status === 0 ? "passed" : "failed"]++;
  }
  return result;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.chdir(fileURLToPath(new URL("..", import.meta.url)));
  process.exit((await check()).failed === 0 ? 0 : 1);
}
