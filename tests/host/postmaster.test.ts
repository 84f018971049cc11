import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPostmaster } from "@/lib/host/postmaster";

let folder: string;
let pidFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-postmaster-"));
  pidFile = join(folder, "postmaster.pid");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each(["", "123"])("a pid file that a postmaster is just writing is let be: “%s” so far", (written) => {
  writeFileSync(pidFile, written);
  expect(findPostmaster(folder)).toBeNull();
  expect(readFileSync(pidFile, "utf8")).toBe(written);
});

test("a pid file that has been empty for a while, since the machine went down just then, is in nobody's way", () => {
  writeFileSync(pidFile, "");
  utimesSync(pidFile, new Date(), new Date(Date.now() - 60_000));
  expect(findPostmaster(folder)).toBeNull();
  expect(existsSync(pidFile)).toBe(false);
});
