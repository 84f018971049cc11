import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "./free-port";
import { type RunningServer, serving, spawnProgram } from "./server";

/** A heading of CHANGELOG.md: a release, and the commit that it is. */
const RELEASE = /^## (\d+\.\d+\.\d+), ([0-9a-f]{7,40})$/m;

export interface Release {
  version: string;
  /** Its server, on the database of this test file unless `env` says otherwise. */
  start(env: Record<string, string>): Promise<RunningServer>;
  remove(): void;
}

/**
 * The last release, made from the history of this checkout: its programs and its database client. They find today's
 * packages, and pages that Next has made of today's code, since compiling those of then takes half a minute.
 */
export function lastRelease(): Release {
  const [, version, commit] = RELEASE.exec(readFileSync("CHANGELOG.md", "utf8")) ?? [];
  if (!version || !commit) throw new Error("CHANGELOG.md names no release with its commit.");
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parley-release-")));
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: folder, stdio: "pipe" });
  execFileSync("git", ["archive", "--output", join(folder, "sources.tar"), commit], { stdio: "pipe" });
  run("tar", "-xf", "sources.tar");
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const build = "builds/release";
  mkdirSync(join(folder, "builds"));
  cpSync(realpathSync(".next"), join(folder, build), { recursive: true, filter: (path) => !/\/(dist|running|built)$/.test(path) });
  symlinkSync(build, join(folder, ".next"));
  const program = `import { bundle, generate } from "./scripts/build.mjs"; await generate(); await bundle("${build}/dist");`;
  run(process.execPath, "--input-type=module", "--eval", program);
  return {
    version,
    async start(env) {
      const port = await freePort();
      const options = { cwd: folder };
      return serving(spawnProgram(process.execPath, [`${build}/dist/server.mjs`], { ...env, PORT: String(port) }, options), port);
    },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }),
  };
}
