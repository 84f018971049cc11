import "server-only";
import pino from "pino";
import { single } from "./single";

/** Of an error its kind, message and stack: a driver's error also carries the values of the statement. */
function describeError(error: unknown) {
  if (!(error instanceof Error)) return { message: String(error) };
  return { type: error.name, code: (error as { code?: string }).code, message: error.message, stack: error.stack };
}

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** A person at a terminal wants to hear of trouble only; whoever collects logs wants them all. */
const LEVEL = process.stdout.isTTY ? "warn" : "info";

/** Bytes of lines that are gathered before they are written, and the milliseconds that a line waits at most. */
const GATHER_BYTES = 4_096;
const GATHER_MS = 100;

/**
 * Writes lines together, because a write of its own for each costs more than all else that is done to log it. What
 * is still gathered when the process ends is written then; only `kill -9` loses it. A process on Vercel is stopped
 * between requests, so there each line goes out at once.
 */
function destination(): pino.DestinationStream {
  if (process.env.VERCEL) return pino.destination(1);
  const output = pino.destination({ dest: 1, sync: true, minLength: GATHER_BYTES, periodicFlush: GATHER_MS });
  process.once("exit", () => output.flushSync());
  return output;
}

/**
 * Structured logs, one JSON object a line, on standard output. What is logged is chosen field by field:
 * never a body, a header, a query string, a cookie, a token or a password.
 */
export const log = single("log", () => {
  const options: pino.LoggerOptions = {
    // Another word is refused where the configuration is read (config.ts), which needs a log to have been made.
    level: LOG_LEVELS.find((level) => level === process.env.LOG_LEVEL) ?? LEVEL,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
  };
  return pino(options, destination());
});
