import { runProgram } from "./program.mjs";

/** `npm run db:deploy`: migrates the database of DATABASE_URL. */
await runProgram("db-deploy");
