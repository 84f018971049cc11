import "server-only";

/**
 * A place in the event log: every event whose transaction id lies below `position` has been seen.
 *
 * Not the id of the last event: ids are taken before commit and commits overtake one another, so an
 * event with a lower id can appear after one with a higher. The position is the `xmin` of a snapshot
 * (PostgreSQL, "Snapshot Functions"): below it every transaction had ended when the snapshot was taken.
 * It never lies above the last event, because a crash of the database forgets ids that wrote nothing.
 * Resuming there may repeat events, and never misses one; `eventId` names the last one that was seen.
 */
export type Cursor = { epoch: string; position: number; eventId: number };

/** The SSE `id:` of an event, and what `Last-Event-ID` brings back. */
export function formatCursor({ epoch, position, eventId }: Cursor): string {
  return `${epoch}-${position}-${eventId}`;
}

const CURSOR = /^([0-9a-f]{8})-(\d{1,16})-(\d{1,16})$/;

/** Null for what this software never sent. */
export function parseCursor(text: string): Cursor | null {
  const [, epoch, position, eventId] = CURSOR.exec(text) ?? [];
  if (epoch === undefined) return null;
  return { epoch, position: Number(position), eventId: Number(eventId) };
}
