import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadSecrets } from "@/lib/host/secrets";

test("a data folder that is made can be looked into, and written to, by its owner only", () => {
  const home = mkdtempSync(join(tmpdir(), "parley-secrets-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const folder = join(home, "somewhere/data");
  loadSecrets(folder);
  expect(statSync(folder).mode & 0o766).toBe(0o700);
});
