import { appendFileSync } from "node:fs";

/** `npm run chaos` runs the same tests for longer. */
const long = process.env.PARLEY_LONG_RUN !== undefined;

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
  if (process.env.PARLEY_LONG_RUN) appendFileSync(process.env.PARLEY_LONG_RUN, `${JSON.stringify({ proof, figures })}\n`);
}
