import type { Range } from "../store/window";

/**
 * Where a reader is in a transcript, in a scroller that is laid out from its end (`column-reverse`):
 * the end is scroll position 0 and above it positions are negative. So what joins above moves nothing,
 * even in mid-swing, and the end stays the end while the keyboard or the composer grows. Only what
 * joins or leaves below has to be made up for, which is what these functions do.
 */
export type ScrollPosition = {
  /** Pixels from the end. */
  away: number;
  /** The row at the top, and where it is. */
  row: HTMLElement | null;
  top: number;
};

/** Closer to the end than this, a reader follows it. */
export const NEAR_END_PX = 100;
/** Of a row, this much has to be on screen to count as seen: its first line. */
const SEEN_PX = 40;

export function awayFromEnd(scroller: HTMLElement): number {
  return -scroller.scrollTop;
}

export function scrollPositionOf(scroller: HTMLElement): ScrollPosition {
  const row = rowsOnScreen(scroller)?.first ?? null;
  return { away: awayFromEnd(scroller), row, top: row?.getBoundingClientRect().top ?? 0 };
}

/** Puts the row that was at the top where it was. A row that has gone means another window: its end, then. */
export function returnTo(scroller: HTMLElement, { row, top }: ScrollPosition): void {
  if (row?.isConnected) scroller.scrollTop += row.getBoundingClientRect().top - top;
  else goToEnd(scroller);
}

export function goToEnd(scroller: HTMLElement): void {
  scroller.scrollTop = 0;
}

/** Puts a message so far below the top of the screen. False where its row is not there. */
export function goToMessage(scroller: HTMLElement, { seq, offset }: { seq: number; offset: number }): boolean {
  const row = scroller.querySelector(`[data-seq="${seq}"]`);
  if (row) scroller.scrollTop += row.getBoundingClientRect().top - scroller.getBoundingClientRect().top - offset;
  return row !== null;
}

/** Opens at the "new messages" line where there is one, else at the end. */
export function goToUnread(scroller: HTMLElement): void {
  const line = scroller.querySelector(".unread-line");
  if (line && line.getBoundingClientRect().top < scroller.getBoundingClientRect().top) line.scrollIntoView({ block: "start" });
}

/** The `seq`s on screen, and how far below the top of the screen the first of them begins. */
export function seenIn(scroller: HTMLElement): (Range & { offset: number }) | null {
  const rows = rowsOnScreen(scroller);
  if (!rows) return null;
  const offset = rows.first.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  return { first: Number(rows.first.dataset.seq), last: Number(rows.last.dataset.seq), offset };
}

function rowsOnScreen(scroller: HTMLElement): { first: HTMLElement; last: HTMLElement } | null {
  const rows = scroller.querySelectorAll<HTMLElement>("[data-seq]");
  const view = scroller.getBoundingClientRect();
  const first = rows[firstWhere(rows, (row) => row.getBoundingClientRect().bottom > view.top)];
  const last = rows[firstWhere(rows, (row) => row.getBoundingClientRect().top > view.bottom - SEEN_PX) - 1];
  return first && last ? { first, last } : null;
}

/** Rows stand in order, so a dozen of three hundred are measured. */
function firstWhere(rows: ArrayLike<HTMLElement>, holds: (row: HTMLElement) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(rows[middle] as HTMLElement)) high = middle;
    else low = middle + 1;
  }
  return low;
}
