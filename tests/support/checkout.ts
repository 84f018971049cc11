import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { type Starting, spawnProgram } from "./server";

/** A copy of this checkout that may be changed, built and started. */
export interface Checkout {
  path: string;
  /** Runs one of its programs, in it. */
  run(args: string[], env?: Record<string, string | undefined>): Starting;
  /** Where a file of it lies. */
  file(...path: string[]): string;
}

const NEXT = "node_modules/next/dist/bin/next";
const FILES = [
  "lib",
  "app",
  "prisma",
  "public",
  "scripts",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "next.config.js",
  "proxy.ts",
  "instrumentation.ts",
];

/**
 * Stands in for Next's compiler, which takes half a minute: what it made of this checkout, under the name of the build
 * that is wanted, and with a file of a name that only this build has, as each change of the code makes one.
 */
const COMPILER = `
const { cpSync, existsSync, writeFileSync } = require("node:fs");
if (process.argv[2] !== "build") return require(NEXT);
const folder = process.env.PARLEY_BUILD;
cpSync(NEWEST, folder, { recursive: true, filter: (path) => !/\\/(dist|running|built)$/.test(path) });
writeFileSync(folder + "/static/chunks/only-" + folder.split("/").pop() + ".js", "");
if (existsSync("app/broken")) process.exit(1);
`;

/** For one test. */
export function checkout(): Checkout {
  const code = makeCheckout();
  onTestFinished(() => rmSync(code.path, { recursive: true, force: true, maxRetries: 20 }));
  return code;
}

/** Its packages are ours; only the compilers of Next and of Prisma's client are stand-ins. Everybody may read it. */
export function makeCheckout(): Checkout {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "parley-checkout-")));
  chmodSync(path, 0o755);
  for (const file of FILES) cpSync(file, join(path, file), { recursive: true });
  linkAll(join(path, "node_modules"), resolve("node_modules"));
  const compiler = COMPILER.replace("NEWEST", JSON.stringify(realpathSync(".next"))).replace("NEXT", JSON.stringify(resolve(NEXT)));
  replace(path, "next", "dist/bin/next", compiler);
  replace(path, "prisma", "build/index.js", "");
  return {
    path,
    file: (...names) => join(path, ...names),
    run: (args, env = {}) => spawnProgram(process.execPath, args, env, { cwd: path }),
  };
}

/** A folder of links to what is in another one. */
function linkAll(folder: string, from: string): void {
  mkdirSync(folder);
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(folder, name));
}

/** A package of which one file is another one. */
function replace(path: string, name: string, file: string, content: string): void {
  let place = `node_modules/${name}`;
  for (const part of file.split("/")) {
    rmSync(join(path, place));
    linkAll(join(path, place), resolve(place));
    place += `/${part}`;
  }
  rmSync(join(path, place));
  writeFileSync(join(path, place), content);
}
