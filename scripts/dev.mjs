import { runProgram } from "./program.mjs";

/**
 * `npm run dev`: the server that reloads what one edits, for this machine only and on data of its own. What `.env` says
 * of the real server's address and data is passed over; the environment of the command itself counts.
 */
const { DATA_DIR, HOST, DATABASE_URL, DATABASE_DIRECT_URL, PUBLIC_URL, DEV_LOGIN } = process.env;
await runProgram("dev", {
  env: {
    DATA_DIR: DATA_DIR || "data-dev",
    HOST: HOST || "127.0.0.1",
    DATABASE_URL: DATABASE_URL ?? "",
    DATABASE_DIRECT_URL: DATABASE_DIRECT_URL ?? "",
    PUBLIC_URL: PUBLIC_URL ?? "",
    DEV_LOGIN: DEV_LOGIN || "1",
  },
});
