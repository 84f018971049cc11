import { COME_BACK, EVENT_NAMES, PING, parseEvent, type StreamEvent } from "@/lib/protocol/events";
import { STREAM_HEARTBEAT_MS } from "@/lib/protocol/limits";
import { retryDelay } from "./retry";

/** No byte for this long: the connection may be dead, whatever the browser believes. Another one is tried, unseen. */
export const SILENCE_MAX_MS = STREAM_HEARTBEAT_MS + 3_000;
/** A server that is there answers that one at once. Where it does not, the connection is lost, within 12 s of its last byte. */
const DOUBT_MAX_MS = 2_500;
/** Without such a doubt a slow network has its time. One that does not answer may have been asked on a connection that died unnoticed. */
const OPENING_MAX_MS = 10_000;
/** How often silence is looked for. A machine that wakes from sleep finds its stream silent with the first look. */
const LOOK_MS = 500;
/** Looks that lie further apart than this: the machine slept in between, and no connection could be had. */
const SLEPT_MS = 5_000;

/** What of EventSource is used, so that a test can stand in for the network. */
export type EventSourceLike = Pick<EventSource, "readyState" | "onopen" | "onerror" | "onmessage" | "addEventListener" | "close">;

/**
 * One event stream that comes back whatever happens to it.
 *
 * It is a native EventSource, which costs no code to parse and shows in the browser's tools. Its own way of
 * reconnecting is not used: it knows one fixed delay, resumes from what was received rather than applied, and
 * gives up for good on any answer that is not 200. So each error closes it, and another one is opened.
 */
export function createStream(options: {
  connect: (from: string[]) => EventSourceLike;
  /** The cursors that the next connection resumes from: it brings what is missing at any of them. */
  from: () => string[];
  onConnecting: (from: string[]) => void;
  /** An event and the cursor behind it; null where that alone moves: with the heartbeat, and with what this version does not know. */
  onEvent: (event: StreamEvent | null, id: string) => void;
  /** `since` is when the last was heard, in milliseconds since 1970. */
  onStatus: (status: "open" | "lost", since: number) => void;
  /** The server refused the stream, and an EventSource does not tell why: asks whether the person is signed out. */
  onRefused: () => void;
}) {
  let source: EventSourceLike | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let look: ReturnType<typeof setInterval> | undefined;
  let failures = 0;
  /** When the server that goes away wants to be come back to, in milliseconds. */
  let asked: number | null = null;
  /** When something was last heard of this connection, or it was asked for. */
  let heardAt = 0;
  let patience = OPENING_MAX_MS;
  /** Since when the connection has been silent whose place this one takes. */
  let silentSince: number | null = null;
  let lookedAt = 0;

  function connect(): void {
    open(null);
  }

  function open(doubtedSince: number | null): void {
    disconnect();
    const from = options.from();
    silentSince = doubtedSince;
    lookedAt = heardAt = Date.now();
    patience = doubtedSince === null ? OPENING_MAX_MS : DOUBT_MAX_MS;
    look = setInterval(check, LOOK_MS);
    asked = null;
    options.onConnecting(from);
    const opened = options.connect(from);
    source = opened;
    opened.onopen = () => {
      heard();
      options.onStatus("open", heardAt);
    };
    opened.onerror = () => {
      const refused = opened.readyState === 2;
      lose();
      if (refused) options.onRefused();
    };
    const hear = (name: string | undefined) => (message: MessageEvent) => {
      heard();
      failures = 0;
      options.onEvent(decode(name, message.data), message.lastEventId);
    };
    opened.onmessage = hear(undefined);
    for (const name of Object.values(EVENT_NAMES)) if (name !== null) opened.addEventListener(name, hear(name));
    opened.addEventListener(PING, (message: MessageEvent) => {
      heard();
      options.onEvent(null, message.lastEventId);
    });
    opened.addEventListener(COME_BACK, (message: MessageEvent) => {
      asked = Number(message.data);
    });
  }

  function heard(): void {
    heardAt = Date.now();
    patience = SILENCE_MAX_MS;
    silentSince = null;
  }

  function disconnect(): void {
    clearTimeout(retry);
    clearInterval(look);
    source?.close();
    source = null;
  }

  function lose(): void {
    disconnect();
    options.onStatus("lost", silentSince ?? Date.now());
    retry = setTimeout(connect, asked ?? retryDelay(failures++));
  }

  function check(): void {
    const now = Date.now();
    const slept = now - lookedAt > SLEPT_MS;
    lookedAt = now;
    if (!source || now - heardAt <= patience) return;
    if (patience === SILENCE_MAX_MS) open(slept ? now : heardAt);
    else lose();
  }

  return {
    /** Also leaves an open connection for one that resumes elsewhere. */
    connect,
    close: disconnect,
    /** The browser says that there is no network. Should it be wrong, the next try succeeds. */
    lose(): void {
      if (source) lose();
    },
    /** There is reason to hope (online, visible): what waits tries at once, what has gone silent starts over. */
    nudge(): void {
      check();
      if (!source) connect();
    },
  };
}

/** Of a kind that it knows, what this version cannot read has changed something all the same: that calls for a fresh load. */
function decode(name: string | undefined, data: string): StreamEvent | null {
  try {
    return parseEvent(name, JSON.parse(data));
  } catch {
    return { type: "reset" };
  }
}
