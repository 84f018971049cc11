import { runProgram } from "./program.mjs";

/** `npm run demo`: a server with a cast that has much to say, for this machine only and on a data folder of its own. */
const { HOST, PUBLIC_URL } = process.env;
const env = {
  NODE_ENV: "production",
  DATA_DIR: "data-demo",
  HOST: HOST || "127.0.0.1",
  DATABASE_URL: "",
  DATABASE_DIRECT_URL: "",
  PUBLIC_URL: PUBLIC_URL ?? "",
  DEV_LOGIN: "1",
};
await runProgram("demo", { built: true, env });
await runProgram("server", { built: true, env });
