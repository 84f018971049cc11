import { buildPages, generate } from "./build.mjs";
import { install } from "./install.mjs";
import { runProgram } from "./program.mjs";

/** `npm run vercel-build`: leaves what Next makes in `.next`, where Vercel expects it, and migrates the database of DATABASE_URL. */
await install();
await generate();
await buildPages();
await runProgram("db-deploy");
