import "server-only";
import pino from "pino";
import { single } from "./single";

/** Of an error its kind, message and stack: a driver's error also carries the values of the statement. */
function describeError(error: unknown) {
  if (!(error instanceof Error)) return { message: String(error) };
  return { type: error.name, code: (error as { code?: string }).code, message: error.message, stack: error.stack };
}

/** A person at a terminal wants to hear of trouble only; whoever collects logs wants them all. */
const LEVEL = process.stdout.isTTY ? "warn" : "info";

/**
 * Structured logs, one JSON object a line, on standard output. What is logged is chosen field by field:
 * never a body, a header, a query string, a cookie, a token or a password.
 */
export const log = single("log", () =>
  pino({
    level: process.env.LOG_LEVEL || LEVEL,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
  }),
);
