import { existsSync } from "node:fs";
import { execute, installFromDebian } from "./install.mjs";

const KNOWN = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The path of a Chromium for the browser tests, installed if there is none; null where that cannot be done. */
export async function findChromium() {
  return (await installed()) ?? (await install());
}

async function installed() {
  const { chromium } = await import("@playwright/test");
  return [...KNOWN, chromium.executablePath()].find((path) => path && existsSync(path)) ?? null;
}

/** From the system's packages where we may, else Playwright's own download. */
async function install() {
  await installFromDebian("chromium");
  if (await installed()) return installed();
  console.log("Installing Chromium for the browser tests …");
  await execute(process.execPath, ["node_modules/playwright/cli.js", "install", "chromium"]);
  if (await installed()) return installed();
  console.log("No Chromium was found, and none could be installed: install one, or set CHROMIUM to the path of yours.");
  return null;
}
