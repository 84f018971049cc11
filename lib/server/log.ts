import "server-only";
import pino from "pino";
import { single } from "./single";

/**
 * Structured logs, one JSON object a line, on standard output. What is logged is chosen field by field:
 * never a body, a header, a query string, a cookie, a token or a password.
 */
export const log = single("log", () =>
  pino({ level: process.env.LOG_LEVEL || "info", base: undefined, timestamp: pino.stdTimeFunctions.isoTime }),
);
