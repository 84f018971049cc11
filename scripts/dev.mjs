import { runProgram } from "./program.mjs";

/** `npm run dev`: the server that reloads what one edits. */
await runProgram("dev");
