import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { generate } from "./build.mjs";
import { install, QUIET } from "./install.mjs";

/** What each check reads the code for, and the program that does it. */
const CHECKS = {
  "format, lint and import direction": ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"],
  types: ["node_modules/typescript/bin/tsc", "--noEmit"],
  "dead code and dependencies": ["node_modules/knip/bin/knip.js"],
};

/** `npm run check`. Returns how many checks passed and failed. */
export function check() {
  install();
  generate();
  // Declares what Next's bundler knows how to import, such as style sheets.
  spawnSync(process.execPath, ["node_modules/next/dist/bin/next", "typegen"], { env: { ...process.env, ...QUIET } });
  const failed = Object.entries(CHECKS).filter(([name, args]) => !passes(name, args));
  return { passed: Object.keys(CHECKS).length - failed.length, failed: failed.length };
}

function passes(name, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  console.log(`${status === 0 ? "✓" : "✗"} ${name}`);
  if (status !== 0) console.log(`${stdout}${stderr}`);
  return status === 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.chdir(fileURLToPath(new URL("..", import.meta.url)));
  process.exit(check().failed === 0 ? 0 : 1);
}
