import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { fail, install, mayWrite, run } from "./install.mjs";
import { ROUTES_MODULE, routesSource } from "./routes.mjs";

/** All that a build depends on. */
const INPUTS = [
  "app",
  "components",
  "lib",
  "public",
  "prisma",
  "scripts/build.mjs",
  "scripts/routes.mjs",
  "proxy.ts",
  "instrumentation.ts",
  "next.config.js",
  "postcss.config.mjs",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.next.json",
];

/** Programs of dist/, by what they are made of. */
const PROGRAMS = {
  server: "lib/host/main.ts",
  dev: "lib/host/dev.ts",
  seed: "prisma/seed.ts",
  demo: "prisma/demo.ts",
  "db-migrate": "lib/host/db-migrate.ts",
  "db-deploy": "lib/host/db-deploy.ts",
  "prepare-postgres": "lib/host/prepare-postgres.ts",
};

/**
 * `builds/<hash>` holds what was made of one state of the code: what Next writes, in `dist` our programs, in `built` the
 * word that it is whole, and in `running` the pids of the servers that run on it. `.next` leads to the newest one and
 * `dist` to its programs. A server keeps to the folder that it was started from, so that others can be made beside it.
 */
const BUILDS = "builds";
const NEWEST = ".next";

/** For what is run without a build. */
const UNBUILT = `${BUILDS}/unbuilt`;

/** Milliseconds after which a build that is not whole is none that is being made. */
const MAKING_MS = 3_600_000;

/** Whether what `npm start` runs is there, and is made of the code as it stands. */
export function isBuilt() {
  return isWhole(folderOf(hashInputs()));
}

/** Builds what `npm start` runs, unless that is there, and then leads everybody to it in one step. */
export async function build() {
  const folder = folderOf(hashInputs());
  if (isWhole(folder) && leadsTo(NEWEST) === folder) return;
  if (!mayWrite(".", BUILDS))
    fail(`Parley is not built, or not of this code, and this user may not write to ${process.cwd()}: run npm run build as its owner.`);
  if (!isWhole(folder)) await make(folder);
  switchTo(folder);
}

async function make(folder) {
  console.log("Building Parley; this takes about a minute …");
  await generate();
  await buildPages({ PARLEY_BUILD: folder });
  await bundle(`${folder}/dist`);
  await run(process.execPath, [`${folder}/dist/prepare-postgres.mjs`], "PostgreSQL's programs could not be made ready.");
  // Where the code was changed meanwhile, nobody knows what of it the build holds: the next one makes it again.
  if (folderOf(hashInputs()) === folder) writeFileSync(`${folder}/built`, "");
}

/** What Next makes, in `.next` unless the environment names a folder. */
export async function buildPages(env = {}) {
  await run(process.execPath, ["node_modules/next/dist/bin/next", "build"], "Parley could not be built.", {
    NODE_ENV: "production",
    ...env,
  });
}

/** Leads everybody to a build at once, and keeps the one before it and those that a server runs on. */
function switchTo(folder) {
  const before = leadsTo(NEWEST);
  link("dist", `${NEWEST}/dist`);
  link(NEWEST, folder);
  const kept = [folder, before];
  for (const build of allBuilds())
    if (!kept.includes(build) && !isRunning(build) && !isBeingMade(build)) rmSync(build, { recursive: true });
}

/** A rename replaces a link in one step; a folder that stands in its place is of Next's own making, or of an older Parley's. */
function link(path, target) {
  if (leadsTo(path) === target) return;
  const draft = `${path}.${process.pid}`;
  symlinkSync(target, draft);
  if (existsSync(path) && leadsTo(path) === null) rmSync(path, { recursive: true });
  renameSync(draft, path);
}

function leadsTo(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : null;
}

function folderOf(hash) {
  return `${BUILDS}/${hash.slice(0, 16)}`;
}

function allBuilds() {
  return readdirSync(BUILDS)
    .filter((name) => /^[0-9a-f]{16}$/.test(name))
    .map((name) => `${BUILDS}/${name}`);
}

function isWhole(folder) {
  return existsSync(`${folder}/built`);
}

function isBeingMade(folder) {
  return !isWhole(folder) && Date.now() - statSync(folder).mtimeMs < MAKING_MS;
}

function isRunning(folder) {
  return existsSync(`${folder}/running`) && readdirSync(`${folder}/running`).some((pid) => isAlive(Number(pid)));
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch ({ code }) {
    return code === "EPERM";
  }
}

/** The Prisma client, which is not under version control. */
export async function generate() {
  await run(process.execPath, ["node_modules/prisma/build/index.js", "generate"], "The database client could not be generated.");
}

/** Where the programs are that are made of the code as it stands: those of its build, else bundled for this once. */
export async function programs() {
  if (isBuilt()) return `${folderOf(hashInputs())}/dist`;
  await generate();
  await bundle(UNBUILT);
  return UNBUILT;
}

/** Makes the programs in about a second; packages stay in node_modules. Those of the newest build then no longer tell its code. */
export async function bundle(outdir = "dist") {
  const { build, stop } = await import("esbuild");
  if (outdir === "dist") rmSync(`${NEWEST}/built`, { force: true });
  await build({
    entryPoints: PROGRAMS,
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[hash]",
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
    // Its guard is for Next's bundler: outside of one it throws.
    alias: { "server-only": resolve("node_modules/server-only/empty.js") },
    plugins: [routes],
  });
  // Its helper process would stay as long as this one.
  await stop();
}

const routes = {
  name: ROUTES_MODULE,
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${ROUTES_MODULE}$`) }, ({ path }) => ({ path, namespace: "routes" }));
    onLoad({ filter: /.*/, namespace: "routes" }, () => ({ contents: routesSource(), resolveDir: process.cwd() }));
  },
};

/** By content, since times say nothing after a checkout. */
function hashInputs() {
  const hash = createHash("sha256");
  for (const path of INPUTS.filter((input) => existsSync(input)).flatMap(files)) {
    hash.update(path).update("\0").update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex");
}

function files(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith("prisma/generated"))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await install();
  await build();
  console.log(`Parley is built, in ${leadsTo(NEWEST)}.`);
}
