import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildIfStale } from "./build.mjs";
import { install } from "./install.mjs";

/** `npm start`: everything from a clean clone to a running server. */
process.chdir(fileURLToPath(new URL("..", import.meta.url)));
install();
await buildIfStale();
if (existsSync(".env")) process.loadEnvFile(".env");
process.env.NODE_ENV = "production";
process.setSourceMapsEnabled(true);
await import("../dist/server.mjs");
