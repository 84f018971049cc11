import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildIfStale } from "./build.mjs";
import { execute, install } from "./install.mjs";

/**
 * `npm run chaos`: the proofs of tests/{realtime,cluster,chaos} for longer (50 kills of each kind, 2,000 random
 * histories, 10,000 connects), one after the other, and a table of what they found. Takes about half an hour; arguments
 * choose files, as in `npm run chaos -- kills`.
 */
process.chdir(fileURLToPath(new URL("..", import.meta.url)));
await install();
await buildIfStale();

const folder = mkdtempSync(join(tmpdir(), "parley-chaos-"));
const table = join(folder, "table");
const { status } = await execute(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    "realtime",
    "--project",
    "cluster",
    "--no-file-parallelism",
    ...process.argv.slice(2),
  ],
  { show: true, env: { PARLEY_LONG_RUN: table } },
);
for (const line of lines(table)) {
  const { proof, figures } = JSON.parse(line);
  console.log(
    `${proof.padEnd(44)} ${Object.entries(figures)
      .map(([name, figure]) => `${figure} ${name}`)
      .join(", ")}`,
  );
}
rmSync(folder, { recursive: true });
process.exit(status ?? 1);

/** Empty where nothing got as far as a figure. */
function lines(path) {
  try {
    return readFileSync(path, "utf8").trim().split("\n");
  } catch {
    return [];
  }
}
