import "server-only";
import type { Cursor } from "./cursor";
import { epoch, renewEpoch } from "./epoch";
import { type LogMark, readMark, readPosition } from "./log";

/** Looks, where a database changes its history each time. */
const TRIES_MAX = 3;

/** Where the log stands now, in the history that is now. */
export function presentMark(): Promise<LogMark> {
  return ofNow(readMark);
}

/** Where a client resumes that reads what there is from now on. */
export async function presentCursor(): Promise<Cursor> {
  return { ...(await ofNow(readPosition)), eventId: 0 };
}

/** The epoch and what belongs to it come from one look: the database may become another between two. */
async function ofNow<Found extends { epoch: string }>(read: () => Promise<Found | null>): Promise<Found> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const known = await (tries === 0 ? epoch() : renewEpoch());
    const found = await read();
    if (found?.epoch === known) return found;
  }
  throw new Error("the database changes its history");
}
