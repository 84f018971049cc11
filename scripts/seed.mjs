import { runProgram } from "./program.mjs";

/** `npm run seed -- --users 1000 --prefix p --messages 1000000`: many people and messages, for measuring. */
await runProgram("seed");
