import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * The build that a program belongs to, relative to the working folder as Next wants it: see scripts/build.mjs. The
 * newest one for a program that was bundled apart from any.
 * @param programs the folder that the program lies in.
 */
export function buildOf(programs: string): string {
  const build = dirname(programs);
  return existsSync(join(build, "BUILD_ID")) ? relative(process.cwd(), build) : ".next";
}

/**
 * Stays with a build until this process ends, whatever is built meanwhile: Next looks nowhere else, and the folder is
 * kept. A user who may not write there relies on it that the build before the newest one is kept.
 */
export function stayWith(build: string): void {
  process.env.PARLEY_BUILD = build;
  const mark = join(build, "running", String(process.pid));
  try {
    mkdirSync(dirname(mark), { recursive: true });
    writeFileSync(mark, "");
  } catch {
    return;
  }
  process.once("exit", () => rmSync(mark, { force: true }));
}
