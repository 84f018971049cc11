import { existsSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkout } from "../support/checkout";

/** Stands in for `next dev`: tells how it was started, and ends. */
const TELLS = `
const { DATA_DIR, DEV_LOGIN, DATABASE_URL, DATABASE_DIRECT_URL, PUBLIC_URL } = process.env;
console.log("next " + JSON.stringify({ args: process.argv.slice(2), DATA_DIR, DEV_LOGIN, PUBLIC_URL, DATABASE_URL, DATABASE_DIRECT_URL }));
`;

async function dev(env: Record<string, string> = {}) {
  const code = checkout();
  writeFileSync(code.file("node_modules/next/dist/bin/next"), TELLS);
  // What the real server is configured to.
  writeFileSync(
    code.file(".env"),
    "HOST=0.0.0.0\nDATA_DIR=data\nDATABASE_URL=postgres://real@192.0.2.1/parley\nDATABASE_DIRECT_URL=postgres://real@192.0.2.1/parley\nPUBLIC_URL=https://parley.test\n",
  );
  const unset = { HOST: undefined, DATA_DIR: undefined, DATABASE_URL: undefined, AUTH_SECRET: undefined };
  const { ended, logs } = code.run(["scripts/dev.mjs"], { ...unset, ...env });
  const exit = await ended;
  const next = JSON.parse(/^next (.*)$/m.exec(logs())?.[1] ?? "{}");
  return { exit, next, logs: logs(), data: existsSync(code.file("data")), own: existsSync(code.file("data-dev/postgres")) };
}

test("npm run dev is for this machine and has data of its own, whatever .env says of the real server", async () => {
  const { exit, next, logs, data, own } = await dev();
  expect({ exit, data, own }).toEqual({ exit: 0, data: false, own: true });
  expect(next).toMatchObject({ args: ["dev", "-p", "3000", "-H", "127.0.0.1"], DEV_LOGIN: "1", DATA_DIR: "data-dev", PUBLIC_URL: "" });
  expect(logs).not.toContain("192.0.2.1");
  expect(logs).not.toContain("DEV_LOGIN=1");
}, 120_000);

test("who has it listen to others is warned", async () => {
  const { next, logs } = await dev({ HOST: "0.0.0.0" });
  expect(next.args).toContain("0.0.0.0");
  expect(logs).toContain("DEV_LOGIN=1: whoever reaches this server signs in as anybody.");
}, 120_000);
