import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { install, run } from "./install.mjs";
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
  "next.config.js",
  "postcss.config.mjs",
  "package-lock.json",
  "tsconfig.json",
];

/** Programs of dist/, by what they are made of. */
const PROGRAMS = {
  server: "lib/host/main.ts",
  cluster: "lib/host/cluster.ts",
  dev: "lib/host/dev.ts",
  seed: "prisma/seed.ts",
  demo: "prisma/demo.ts",
  "db-migrate": "lib/host/db-migrate.ts",
  "db-deploy": "lib/host/db-deploy.ts",
};

/** Holds the inputs' hash once everything has been built of them. */
const STAMP = "dist/built";

/** Builds what `npm start` runs, unless that is there and up to date. */
export async function buildIfStale() {
  const hash = hashInputs();
  if (existsSync(".next/BUILD_ID") && existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash) return;
  console.log("Building Parley; this takes about a minute …");
  await build(hash);
}

async function build(hash = hashInputs()) {
  rmSync(STAMP, { force: true });
  await generate();
  await run(process.execPath, ["node_modules/next/dist/bin/next", "build"], "Parley could not be built.", { NODE_ENV: "production" });
  await bundle();
  writeFileSync(STAMP, hash);
}

/** The Prisma client, which is not under version control. */
export async function generate() {
  await run(process.execPath, ["node_modules/prisma/build/index.js", "generate"], "The database client could not be generated.");
}

/** Makes the programs of dist/ in about a second; packages stay in node_modules. */
export async function bundle() {
  const { build, stop } = await import("esbuild");
  mkdirSync("dist", { recursive: true });
  await build({
    entryPoints: PROGRAMS,
    outdir: "dist",
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
}
