import { runProgram } from "./program.mjs";

/** `npm start`: from a clean clone to a running server. */
await runProgram("server", { built: true, env: { NODE_ENV: "production" } });
