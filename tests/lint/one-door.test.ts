import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const sources = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join(folder, path));

test("one module writes to the event log, and all others through it", () => {
  const writing = [...sources("lib"), ...sources("app")].filter((path) => /(INTO|UPDATE)\s+"?events/i.test(readFileSync(path, "utf8")));
  expect(writing).toEqual(["lib/server/realtime/append.ts"]);
});
