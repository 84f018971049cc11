import { isNewer, newest } from "./messages";
import type { HeldMessage } from "./state";

/**
 * A window on one conversation: the ids of messages next to one another, ascending by `seq`. It is bounded, so that a
 * conversation of 100,000 messages costs what one of 100 does. Messages are numbered without a gap, which is what tells
 * a gap and the two ends.
 */
export type Transcript = {
  /** `seq` before which nothing is to be seen here: the conversation begins after it. */
  from: number;
  ids: readonly string[];
  /** Ids of messages past a gap that is being filled, ascending. */
  ahead: readonly string[];
  /** The messages of both, by id. */
  messages: ReadonlyMap<string, HeldMessage>;
  /** The window holds the first message that there is to see. */
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
};

/** A transcript that belongs to one change of the state, which may write to it. */
export type OwnTranscript = Omit<Transcript, "ids" | "ahead" | "messages"> & {
  ids: string[];
  ahead: string[];
  messages: Map<string, HeldMessage>;
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
  from: 0,
  ids: [],
  ahead: [],
  messages: new Map(),
  atStart: false,
  atEnd: false,
  loadingOlder: false,
  loadingNewer: false,
  loadingWindow: false,
  failure: null,
  firstUnread: null,
};

export function own(transcript: Transcript): OwnTranscript {
  return { ...transcript, ids: [...transcript.ids], ahead: [...transcript.ahead], messages: new Map(transcript.messages) };
}

/** The messages of a window, without those past a gap. */
export function inWindow(transcript: Transcript | undefined): HeldMessage[] {
  return transcript?.ids.map((id) => transcript.messages.get(id) as HeldMessage) ?? [];
}

/** `seq` of the first and of the last message of a window; where it is empty, the one before the conversation's beginning. */
export function firstSeq({ from, ids, messages }: Transcript): number {
  return messages.get(ids[0] ?? "")?.seq ?? from;
}

export function lastSeq({ from, ids, messages }: Transcript): number {
  return messages.get(ids.at(-1) ?? "")?.seq ?? from;
}

/** A fresh window on rows that a fetch brought, in whatever order it brought them; of what is held too, the newer. */
export function windowOf(
  rows: readonly HeldMessage[],
  end: number,
  held: Pick<Transcript, "from" | "firstUnread" | "messages"> = EMPTY,
): Transcript {
  const { from } = held;
  const messages = ascending(rows.map((row) => newest(row, held.messages.get(row.id)))).filter(({ seq }) => seq > from);
  const first = messages[0];
  const last = messages.at(-1);
  return {
    ...EMPTY,
    from,
    ids: messages.map(({ id }) => id),
    messages: new Map(messages.map((message) => [message.id, message])),
    atStart: first ? first.seq === from + 1 : end <= from,
    atEnd: (last?.seq ?? from) >= end,
    firstUnread: held.firstUnread,
  };
}

/** The same window of a conversation that begins elsewhere for its reader: what comes before is not theirs to see. */
export function beginningAfter(transcript: Transcript, from: number): Transcript {
  const seen = (id: string) => (transcript.messages.get(id)?.seq ?? 0) > from;
  const ids = transcript.ids.filter(seen);
  const ahead = transcript.ahead.filter(seen);
  const messages = new Map([...ids, ...ahead].map((id) => [id, transcript.messages.get(id) as HeldMessage]));
  const next = { ...transcript, from, ids, ahead, messages };
  // A window that followed the end and is empty now has nothing before its beginning either.
  return { ...next, atStart: ids.length > 0 ? firstSeq(next) === from + 1 : transcript.atEnd };
}

/** What a message is to a window: another version of one that is held, news, or nothing. */
export function relationOf(transcript: Transcript, message: HeldMessage): "newer version" | "news" | "nothing" {
  const known = transcript.messages.get(message.id);
  if (known) return isNewer(message, known) ? "newer version" : "nothing";
  return transcript.atEnd && message.seq > lastSeq(transcript) ? "news" : "nothing";
}

/** Takes in news: a message that was just sent by anyone, or that comes past a gap. */
export function receive(transcript: OwnTranscript, message: HeldMessage, view?: Range): void {
  const before = lastSeq(transcript);
  const { ids, ahead, messages } = transcript;
  messages.set(message.id, message);
  if (message.seq === before + 1) ids.push(message.id);
  else ahead.splice(indexAfter(ahead, messages, message.seq), 0, message.id);
  if (ahead.length > AHEAD_MAX) return stopFollowing(transcript);
  absorb(transcript, view ?? { first: before, last: before });
}

/** Joins a page to the window; a page that does not touch it (the window has moved on meanwhile) is dropped. */
export function join(transcript: OwnTranscript, page: readonly HeldMessage[], end: number, view: Range): void {
  const rows = ascending(page).filter(({ seq }) => seq > transcript.from);
  const from = rows[0]?.seq ?? 0;
  const to = rows.at(-1)?.seq ?? 0;
  const first = firstSeq(transcript);
  const last = lastSeq(transcript);
  if (rows.length === 0 || from > last + 1 || to < first - 1) return;
  for (const row of rows) transcript.messages.set(row.id, newest(row, transcript.messages.get(row.id)));
  const idsOf = (wanted: (seq: number) => boolean) => rows.filter(({ seq }) => wanted(seq)).map(({ id }) => id);
  transcript.ids = [...idsOf((seq) => seq < first), ...transcript.ids, ...idsOf((seq) => seq > last)];
  transcript.atStart = firstSeq(transcript) === transcript.from + 1;
  transcript.atEnd ||= Math.max(last, to) >= end;
  absorb(transcript, view);
}

/** A window that follows the end, but has not got all up to there. */
export function hasGap(transcript: Transcript, end: number): boolean {
  return transcript.atEnd && lastSeq(transcript) < end;
}

/** What lies past a gap joins the window as soon as nothing is missing before it. */
function absorb(transcript: OwnTranscript, view: Range): void {
  const { ids, ahead, messages } = transcript;
  let next = 0;
  for (let last = lastSeq(transcript); next < ahead.length; next++) {
    const seq = messages.get(ahead[next] as string)?.seq ?? 0;
    if (seq > last + 1) break;
    if (seq === last + 1) ids.push(ahead[next] as string);
    last = Math.max(last, seq);
  }
  ahead.splice(0, next);
  dropFarEnd(transcript, view);
}

/** Bounds a window by dropping from the end that is farther from what is on screen. */
function dropFarEnd(transcript: OwnTranscript, view: Range): void {
  const { ids, messages } = transcript;
  const excess = ids.length - WINDOW_KEEP;
  if (ids.length <= WINDOW_MAX) return;
  if (view.first - firstSeq(transcript) > lastSeq(transcript) - view.last) {
    for (const id of ids.splice(0, excess)) messages.delete(id);
    transcript.atStart = false;
  } else {
    for (const id of ids.splice(WINDOW_KEEP)) messages.delete(id);
    stopFollowing(transcript);
  }
}

function stopFollowing(transcript: OwnTranscript): void {
  for (const id of transcript.ahead.splice(0)) transcript.messages.delete(id);
  transcript.atEnd = false;
}

/** Where in ids that ascend by `seq` one belongs; most often at the end. */
function indexAfter(ids: readonly string[], messages: ReadonlyMap<string, HeldMessage>, seq: number): number {
  let index = ids.length;
  while (index > 0 && (messages.get(ids[index - 1] as string)?.seq ?? 0) > seq) index--;
  return index;
}

function ascending(rows: readonly HeldMessage[]): HeldMessage[] {
  return [...rows].sort((a, b) => a.seq - b.seq);
}
