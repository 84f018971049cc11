import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Checkout, checkout } from "../support/checkout";
import { database } from "../support/database";
import { freePort } from "../support/free-port";
import { serving, spawnProgram } from "../support/server";

/** As a service manager runs it: by a user that owns nothing but its data. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** `node scripts/start.mjs`, as the unit in docs/operations.md has it. */
function startAsNobody(code: Checkout, env: Record<string, string>) {
  const home = mkdtempSync(join(tmpdir(), "parley-nobody-"));
  chownSync(home, NOBODY.uid, NOBODY.gid);
  chmodSync(home, 0o700);
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const unconfigured = { DATA_DIR: join(home, "data"), HOME: home, AUTH_SECRET: "", LOG_LEVEL: "warn" };
  return spawnProgram(process.execPath, ["scripts/start.mjs"], { ...unconfigured, ...env }, { cwd: code.path, ...NOBODY });
}

/** A start with all that comes before it. */
const PATIENCE_MS = 120_000;

const asRoot = test.runIf(process.getuid?.() === 0);

asRoot.each([
  ["a database of its own", () => ({ DATABASE_URL: "" })],
  ["a database elsewhere", () => ({ DATABASE_URL: database() })],
])(
  "a user who may not write to the checkout runs what its owner has built, on %s",
  async (_, env) => {
    const code = checkout();
    expect(await code.run(["scripts/build.mjs"]).ended).toBe(0);
    const port = await freePort();
    const server = await serving(startAsNobody(code, { ...env(), PORT: String(port) }), port);
    onTestFinished(async () => void (await server.kill("SIGTERM")));
    expect((await fetch(`${server.url}/api/ready`)).status).toBe(200);
    expect((await fetch(`${server.url}/sign-in`)).status).toBe(200);
    expect(server.logs()).not.toMatch(/EACCES|EROFS|Error/);
  },
  PATIENCE_MS,
);

asRoot("such a user is told in one sentence where nothing is built", async () => {
  const { ended, logs } = startAsNobody(checkout(), { PORT: String(await freePort()) });
  expect(await ended).toBe(1);
  expect(logs()).toMatch(
    /^Parley is not built, or not of this code, and this user may not write to .+: run npm run build as its owner\.\n$/,
  );
});

asRoot("such a user is told in one sentence where no packages are installed", async () => {
  const code = checkout();
  rmSync(code.file("node_modules"), { recursive: true });
  const { ended, logs } = startAsNobody(code, { PORT: String(await freePort()) });
  expect(await ended).toBe(1);
  expect(logs()).toMatch(/^Parley's packages are not installed, and this user may not write to .+: run npm run build as its owner\.\n$/);
});
