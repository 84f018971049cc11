import "server-only";
import { COME_BACK, EVENT_NAMES, eventData, PING, PROTOCOL_VERSION, type StreamEvent } from "@/lib/protocol/events";
import { type Cursor, formatCursor } from "./cursor";

export const READY: StreamEvent = { type: "ready", protocol: PROTOCOL_VERSION };

/** One event in the text/event-stream format (HTML Standard, 9.2.5). JSON escapes line breaks, so data is one line. */
export function encodeEvent(event: StreamEvent, cursor?: Cursor): Buffer {
  const name = EVENT_NAMES[event.type];
  const id = cursor ? `id: ${formatCursor(cursor)}\n` : "";
  return Buffer.from(`${name === null ? "" : `event: ${name}\n`}${id}data: ${JSON.stringify(eventData(event))}\n\n`);
}

/** How long a client waits before it comes back, in milliseconds. */
export function encodeRetry(ms: number): Buffer {
  return Buffer.from(`retry: ${Math.round(ms)}\n\n`);
}

/** The last words of a server that goes away: when to come back, in milliseconds, for every EventSource and for pages. */
export function encodeGoodbye(ms: number): Buffer {
  return Buffer.from(`retry: ${Math.round(ms)}\nevent: ${COME_BACK}\ndata: ${Math.round(ms)}\n\n`);
}

/** A comment, and an event that pages can see; its `id:` moves the reader's cursor. */
export function encodeHeartbeat(cursor: Cursor): Buffer {
  return Buffer.from(`:\nevent: ${PING}\nid: ${formatCursor(cursor)}\ndata: 0\n\n`);
}
