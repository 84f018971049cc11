import { spawn } from "node:child_process";
import { warnOfDevelopmentLogin } from "./greeting";
import { migrate } from "./migrate";
import { openDatabase } from "./open-database";
import { settings } from "./settings";
import { StartError } from "./start-error";

/** `npm run dev`: the database of this data folder, and `next dev` on it. Whoever is at this machine signs in as anybody (scripts/dev.mjs). */
try {
  const { PORT, HOST } = settings();
  const { ownerUrl, stop } = await openDatabase(settings());
  await migrate(ownerUrl);
  warnOfDevelopmentLogin(HOST);
  const args = ["node_modules/next/dist/bin/next", "dev", "-p", String(PORT), ...(HOST ? ["-H", HOST] : [])];
  const development = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, NODE_ENV: "development" } });
  // Ctrl+C reaches both of us; the database outlives the server that uses it.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => development.kill(signal));
  development.once("close", async (code) => {
    await stop();
    process.exit(code ?? 0);
  });
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}
