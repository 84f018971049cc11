import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { execute, install } from "./install.mjs";

/**
 * `npm run chaos`: the contract through every host, and for longer the proofs of tests/{realtime,cluster,chaos,attacks} and
 * those of e2e that are tagged "@long" (50 kills of each kind, 2,000 random histories, 10,000 connects, minutes of
 * everything at once), one after the other, and a table of what they found. Takes about forty minutes; arguments choose
 * files, as in `npm run chaos -- kills`.
 */
process.chdir(fileURLToPath(new URL("..", import.meta.url)));
await install();
await build();

const folder = mkdtempSync(join(tmpdir(), "parley-chaos-"));
const table = join(folder, "table");
const chosen = process.argv.slice(2);
const runs = [
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...projects("server", "next", "realtime", "cluster", "attacks"),
    "--no-file-parallelism",
    "--passWithNoTests",
  ],
  ["node_modules/playwright/cli.js", "test", "--grep", "@long", "--pass-with-no-tests"],
];
const env = { PARLEY_LONG_RUN: table, CHROMIUM: (await findChromium()) ?? "" };
let failed = false;
for (const program of runs) {
  const { status } = await execute(process.execPath, [...program, ...chosen], { show: true, env });
  failed ||= status !== 0;
}
for (const line of lines(table)) {
  const { proof, figures } = JSON.parse(line);
  const found = Object.entries(figures).map(([name, figure]) => `${figure.toLocaleString("en")} ${name}`);
  console.log(`${proof.padEnd(48)} ${found.join(", ")}`);
}
rmSync(folder, { recursive: true });
process.exit(failed ? 1 : 0);

function projects(...names) {
  return names.flatMap((name) => ["--project", name]);
}

/** Empty where nothing got as far as a figure. */
function lines(path) {
  try {
    return readFileSync(path, "utf8").trim().split("\n");
  } catch {
    return [];
  }
}
