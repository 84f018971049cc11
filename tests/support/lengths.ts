import { appendFileSync } from "node:fs";

/** `npm run chaos` runs the same tests for longer, and names a file for its table. */
const long = process.env.PARLEY_LONG_RUN;

/** How often, or how much: for `npm test`, and for the long run. */
export function length(short: number, inLongRun: number): number {
  return long ? inLongRun : short;
}

/** Milliseconds that a test may take; the long run is as long as it is. */
export function patience(ms: number): number {
  return long ? 3_600_000 : ms;
}

/** A line of the table that the long run ends with. */
export function tell(proof: string, figures: Record<string, string | number>): void {
  if (long) appendFileSync(long, `${JSON.stringify({ proof, figures })}\n`);
}
