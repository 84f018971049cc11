import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";

/** Names files from where the build truly lies, which `.next` leads to. */
const TRACE = realpathSync(".next/server/app/api/auth_user/avatar/route.js.nft.json");

test("where only the traced files of a function are deployed, its pictures are decoded all the same", async () => {
  const deployed = mkdtempSync(join(tmpdir(), "parley-traced-"));
  onTestFinished(() => rmSync(deployed, { recursive: true }));
  for (const file of JSON.parse(readFileSync(TRACE, "utf8")).files) {
    const from = resolve(dirname(TRACE), file);
    cpSync(from, join(deployed, relative(process.cwd(), from)), { recursive: true });
  }
  const input = await sharp({ create: { width: 9, height: 9, channels: 3, background: "#f00" } })
    .png()
    .toBuffer();
  const limits = ["256", "1000", "1", "400000000", "10000"];
  const { status, stdout } = spawnSync(process.execPath, ["lib/server/pictures/worker.mjs", ...limits], { cwd: deployed, input });
  expect(status).toBe(0);
  expect((await sharp(stdout).metadata()).width).toBe(256);
});
