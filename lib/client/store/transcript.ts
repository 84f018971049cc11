import type { Message } from "@/lib/protocol/messages";

/**
 * A window on one conversation: messages next to one another, ascending by `seq`. It is bounded, so that a
 * conversation of 100,000 messages costs what one of 100 does. Messages are numbered from 1 without a gap,
 * which is what tells a gap and the two ends.
 */
export type Transcript = {
  messages: readonly Message[];
  /** The window holds the first message of the conversation. */
  atStart: boolean;
  /** The window follows the end: a new message joins it. */
  atEnd: boolean;
  loadingOlder: boolean;
  loadingNewer: boolean;
  /** The whole window is on its way: first load, jump to latest, jump to a message. */
  loadingWindow: boolean;
  /** Which load failed last and why, until the next one is tried. */
  failure: { load: Load; message: string } | null;
  /** `seq` that the "new messages" divider stands before; stays put while one reads. */
  firstUnread: number | null;
  /** Messages past a gap that is being filled, ascending. */
  ahead: readonly Message[];
};

/** What is loaded of a window: a page at one of its ends, or all of it. */
export type Load = "older" | "newer" | "window";

/** The part of a window that is on screen, as first and last `seq`. */
export type Range = { first: number; last: number };

export const WINDOW_MAX = 300;
/** What a window is cut down to: in steps, so that the list does not shift with each message. */
const WINDOW_KEEP = 200;
/** Further ahead than this a gap is not worth filling: the reader jumps instead. */
const AHEAD_MAX = 200;

export const EMPTY: Transcript = {
  messages: [],
  atStart: false,
  atEnd: false,
  loadingOlder: false,
  loadingNewer: false,
  loadingWindow: false,
  failure: null,
  firstUnread: null,
  ahead: [],
};

/** A fresh window on rows that a fetch brought, in whatever order it brought them. */
export function windowOf(rows: readonly Message[], lastSeq: number, keep: Pick<Transcript, "firstUnread"> = EMPTY): Transcript {
  const messages = ascending(rows);
  const first = messages[0];
  const last = messages.at(-1);
  return {
    ...EMPTY,
    messages,
    atStart: first ? first.seq === 1 : lastSeq === 0,
    atEnd: (last?.seq ?? 0) >= lastSeq,
    firstUnread: keep.firstUnread,
  };
}

/** Takes in a message that was just sent by anyone. The same object comes back when nothing changed. */
export function receive(transcript: Transcript, message: Message, view?: Range): Transcript {
  if (!transcript.atEnd) return transcript;
  const last = transcript.messages.at(-1)?.seq ?? 0;
  if (message.seq <= last || transcript.ahead.some((held) => held.seq === message.seq)) return transcript;
  const ahead = ascending([...transcript.ahead, message]);
  if (ahead.length > AHEAD_MAX) return { ...transcript, atEnd: false, ahead: [] };
  return absorb({ ...transcript, ahead }, view ?? { first: last, last });
}

/** Joins a page to the window; a page that does not touch it (the window has moved on meanwhile) is dropped. */
export function join(transcript: Transcript, page: readonly Message[], lastSeq: number, view: Range): Transcript {
  const rows = ascending(page);
  const from = rows[0]?.seq ?? 0;
  const to = rows.at(-1)?.seq ?? 0;
  const first = transcript.messages[0]?.seq ?? 1;
  const last = transcript.messages.at(-1)?.seq ?? 0;
  if (rows.length === 0 || from > last + 1 || to < first - 1) return transcript;
  const messages = [
    ...rows.filter((message) => message.seq < first),
    ...transcript.messages,
    ...rows.filter((message) => message.seq > last),
  ];
  const atEnd = transcript.atEnd || Math.max(last, to) >= lastSeq;
  return absorb({ ...transcript, messages, atStart: messages[0]?.seq === 1, atEnd }, view);
}

/** A window that follows the end, but has not got all up to there. */
export function hasGap(transcript: Transcript, lastSeq: number): boolean {
  return transcript.atEnd && (transcript.messages.at(-1)?.seq ?? 0) < lastSeq;
}

function absorb(transcript: Transcript, view: Range): Transcript {
  const last = transcript.messages.at(-1)?.seq ?? 0;
  const later = transcript.ahead.filter((message) => message.seq > last);
  let next = 0;
  while (later[next]?.seq === last + 1 + next) next++;
  return dropFarEnd({ ...transcript, messages: [...transcript.messages, ...later.slice(0, next)], ahead: later.slice(next) }, view);
}

/** Bounds a window by dropping from the end that is farther from what is on screen. */
export function dropFarEnd(transcript: Transcript, view: Range): Transcript {
  const { messages } = transcript;
  const first = messages[0]?.seq ?? 0;
  const last = messages.at(-1)?.seq ?? 0;
  if (messages.length <= WINDOW_MAX) return transcript;
  return view.first - first > last - view.last
    ? { ...transcript, messages: messages.slice(-WINDOW_KEEP), atStart: false }
    : { ...transcript, messages: messages.slice(0, WINDOW_KEEP), atEnd: false, ahead: [] };
}

function ascending(rows: readonly Message[]): Message[] {
  return [...rows].sort((a, b) => a.seq - b.seq);
}
