import { run } from "./install.mjs";

/** The Prisma client, which is not under version control. */
export function generate() {
  run(process.execPath, ["node_modules/prisma/build/index.js", "generate"], "The database client could not be generated.");
}
