import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { check } from "./check.mjs";
import { findChromium } from "./chromium.mjs";
import { execute, install } from "./install.mjs";
import { findNatsServer, NO_NATS_SERVER } from "./nats-server.mjs";
import { findPgBouncer, NO_PGBOUNCER } from "./pgbouncer.mjs";

/** `npm test`: proves everything, from a clean clone on. Its last line says how many checks and tests passed and failed. */
process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const REPORTS = "test-results/reports";

await install();
const [, [chromium, pgbouncer, nats]] = await Promise.all([build(), findPrograms()]);
mkdirSync(REPORTS, { recursive: true });

const results = [await check(), await vitest(), chromium ? await playwright(chromium) : { passed: 0, failed: 1 }];

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
if (!pgbouncer) console.log(NO_PGBOUNCER);
if (!nats) console.log(NO_NATS_SERVER);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
process.exit(sum("failed") === 0 ? 0 : 1);

/** One after the other: the system's packages are installed one at a time. */
async function findPrograms() {
  return [await findChromium(), await findPgBouncer(), await findNatsServer()];
}

function vitest() {
  const report = `${REPORTS}/vitest.json`;
  return tests(
    report,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=dot",
      "--reporter=json",
      `--outputFile.json=${report}`,
      // Both have the handlers in process, the one behind a pooler.
      `--project=!${pgbouncer ? "handlers" : "pooler"}`,
    ],
    {},
    (json) => ({
      passed: json.numPassedTests,
      failed:
        json.numFailedTests +
        json.testResults.filter(({ status, assertionResults }) => status === "failed" && !assertionResults.some(isFailed)).length,
    }),
  );
}

function isFailed({ status }) {
  return status === "failed";
}

function playwright(chromium) {
  const report = `${REPORTS}/playwright.json`;
  const env = { CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  return tests(report, ["node_modules/playwright/cli.js", "test", "--reporter=dot,json"], env, ({ stats, errors }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
  }));
}

/** Runs a runner and reads its report. One that fails without a failed test, or leaves no report, counts as a failure. */
async function tests(report, args, env, count) {
  rmSync(report, { force: true });
  const { status } = await execute(process.execPath, args, { env, show: true });
  let result = { passed: 0, failed: 0 };
  try {
    result = count(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    console.log(`${args[0]} left no report.`);
  }
  if (status !== 0 && result.failed === 0) result.failed = 1;
  return result;
}
