import { runProgram } from "./program.mjs";

/** `npm run demo`: a server with a cast that has much to say, on a data folder of its own. */
const env = { NODE_ENV: "production", DATA_DIR: "data-demo", DATABASE_URL: "", DEV_LOGIN: "1" };
await runProgram("demo", { built: true, env });
await runProgram("server", { built: true, env });
