import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loadSecrets } from "@/lib/host/secrets";

let home: string;
let folder: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "parley-secrets-"));
  folder = join(home, "somewhere/data");
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(home, { recursive: true });
});

const uid = process.getuid?.() as number;
const goBy = (another: number) => void vi.spyOn(process as { getuid(): number }, "getuid").mockReturnValue(another);

test("a data folder that is made can be looked into, and written to, by its owner only", () => {
  loadSecrets(folder);
  expect(statSync(folder).mode & 0o766).toBe(0o700);
});

test.each([0o644, 0o640, 0o620, 0o606])("secrets of mode %o, which others can read or write, are refused until they are closed", (mode) => {
  const secrets = loadSecrets(folder);
  const path = join(folder, "secrets.json");
  chmodSync(path, mode);
  expect(() => loadSecrets(folder)).toThrow(`chmod 600 ${path}`);
  chmodSync(path, 0o600);
  expect(loadSecrets(folder)).toEqual(secrets);
});

test("secrets of another user are refused", () => {
  loadSecrets(folder);
  goBy(uid + 1);
  expect(() => loadSecrets(folder)).toThrow(`chown ${uid + 1} ${join(folder, "secrets.json")}`);
});

test("root starts what belongs to somebody else by the secrets of whoever owns the folder", () => {
  const secrets = loadSecrets(folder);
  goBy(0);
  expect(loadSecrets(folder)).toEqual(secrets);
});
