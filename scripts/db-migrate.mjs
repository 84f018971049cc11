import { runProgram } from "./program.mjs";

/** `npm run db:migrate -- --name add_reactions`: authors a migration, offline. */
await runProgram("db-migrate");
