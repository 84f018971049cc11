import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, rmSync } from "node:fs";

/** Nothing that Parley runs may fetch anything but packages, or tell anybody that it runs. */
export const QUIET = {
  NEXT_TELEMETRY_DISABLED: "1",
  CHECKPOINT_DISABLE: "1",
  PRISMA_HIDE_UPDATE_MESSAGE: "1",
  // Prisma fetches its native migration engine unless this names a program; Parley uses the WebAssembly one.
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
};

const SIGNALS = ["SIGINT", "SIGTERM"];

/** Ends with one sentence where Node is too old. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Parley needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

/** Has the packages of package-lock.json in node_modules: every one, or with `toRun` those that a build needs to run. */
export async function install({ toRun = false } = {}) {
  requireNode();
  if (isInstalled(toRun)) return;
  if (!mayWrite(".", "node_modules")) {
    fail(`Parley's packages are not installed, and this user may not write to ${process.cwd()}: run npm run build as its owner.`);
  }
  console.log("Installing packages …");
  // The cache of `next dev` remembers which packages it did not find.
  rmSync("builds/dev", { recursive: true, force: true });
  const flags = ["--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  // It begins by removing all packages, also from under a server that runs.
  if (!existsSync("node_modules") && (await execute("npm", ["ci", ...flags])).status === 0) return;
  // npm ci insists on packages for every other platform too, which not every registry has. This keeps to the lock file as well.
  await run("npm", ["install", "--no-save", ...flags], "The packages could not be installed.");
}

/** Compares with the lock file that npm keeps of what it installed. Packages for other machines may be missing. */
function isInstalled(toRun) {
  if (!existsSync("node_modules/.package-lock.json")) return false;
  const installed = packages("node_modules/.package-lock.json");
  return Object.entries(packages("package-lock.json")).every(([path, { version, optional, dev, devOptional }]) => {
    if (path === "" || (toRun && (dev || devOptional))) return true;
    const found = installed[path];
    return found ? found.version === version && existsSync(path) : optional === true;
  });
}

/** Whether this user may write to all of these that exist. */
export function mayWrite(...paths) {
  try {
    for (const path of paths) if (existsSync(path)) accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function packages(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

/** Installs a package of Debian's or Ubuntu's, where we may. */
export async function installFromDebian(name) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  console.log(`Installing ${name} for the tests …`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await execute("apt-get", ["update"], { env });
  await execute("apt-get", ["install", "--yes", "--no-install-recommends", name], { env });
}

/** Runs a program to its end; where that fails, shows what it printed and ends with one sentence. */
export async function run(program, args, sentence, env = {}) {
  const { status, output } = await execute(program, args, { env });
  if (status === 0) return;
  process.stderr.write(output);
  fail(sentence);
}

/** Runs a program to its end, which comes with ours at the latest. Its output is returned, or shown where `show` says so. */
export function execute(program, args, { env = {}, show = false } = {}) {
  const child = spawn(program, args, { stdio: show ? "inherit" : ["ignore", "pipe", "pipe"], env: { ...process.env, ...QUIET, ...env } });
  const end = (signal) => {
    child.kill(signal);
    process.exit(1);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  let output = "";
  child.stdout?.on("data", (text) => (output += text));
  child.stderr?.on("data", (text) => (output += text));
  return new Promise((resolve) => {
    const done = (status) => {
      for (const signal of SIGNALS) process.off(signal, end);
      resolve({ status, output });
    };
    child.once("error", (error) => done(error.message));
    child.once("close", done);
  });
}

export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
