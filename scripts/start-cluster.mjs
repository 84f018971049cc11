import { runProgram } from "./program.mjs";

/** `npm run start:cluster -- --instances 2`: several servers on one database, behind one address. */
await runProgram("cluster", { built: true, env: { NODE_ENV: "production" } });
