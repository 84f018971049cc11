import "server-only";
import type { StreamEvent } from "@/lib/protocol/events";
import { REPLAY_MAX, RESUME_CURSORS_MAX, STREAM_RETRY_MS, STREAMS_PER_USER_MAX } from "@/lib/protocol/limits";
import { HttpError } from "../http/errors";
import type { Caller } from "../http/route";
import { log } from "../log";
import { catchingUp } from "./catching-up";
import { type Cursor, parseCursor } from "./cursor";
import { encodeEvent, encodeRetry, READY } from "./frames";
import { hub } from "./hub";
import { readMissed } from "./log";
import { type Sink, Stream } from "./stream";

/** Starts the stream on a sink that its host provides; the headers have gone out. */
export type Attach = (sink: Sink) => Stream;

const attachments = new WeakMap<Response, Attach>();

/**
 * How to write a response of {@link openStream} straight to a socket. A host that can do so spares a
 * ReadableStream for each open stream, by far the largest part of what one costs.
 */
export function attachmentOf(response: Response): Attach | undefined {
  return attachments.get(response);
}

const HEADERS = {
  "Content-Type": "text/event-stream; charset=utf-8",
  // no-transform keeps proxies, and Next, from compressing: a compressor holds events back.
  "Cache-Control": "no-cache, no-transform",
  "X-Accel-Buffering": "no",
};

/** The event stream of a caller: 406 unless it is asked for, 429 past the streams of one user, 503 while going away. */
export async function openStream(request: Request, { user, session }: Caller): Promise<Response> {
  if (!/(^|,)\s*text\/event-stream\s*(;|,|$)/i.test(request.headers.get("accept") ?? "")) {
    throw new HttpError("only_event_stream");
  }
  const open = hub();
  if (!open.accepting) throw new HttpError("server_restarting", { retryAfter: 2 });
  if (open.streamsOf(user.id) >= STREAMS_PER_USER_MAX) {
    throw new HttpError("too_many_streams", { retryAfter: 30 });
  }
  await open.ready();
  const from = resumeFrom(request);
  const attach: Attach = (sink) => {
    const stream = new Stream(user.id, session.id, sink, (closed) => open.remove(closed));
    const before = { cursor: open.cursor, missable: open.missable };
    const added = open.add(stream);
    stream.write(encodeRetry(STREAM_RETRY_MS));
    void catchUp(stream, added, from, before);
    return stream;
  };
  const response = new Response(webBody(request, attach), { headers: HEADERS });
  attachments.set(response, attach);
  return response;
}

/**
 * Brings a stream up to now. Once what its user listens to is known, what is committed is held back, and what was
 * committed before is in the log: there is no moment in between.
 */
async function catchUp(
  stream: Stream,
  added: Promise<void>,
  from: readonly string[],
  before: { cursor: Cursor; missable: number },
): Promise<void> {
  try {
    await added;
    const now = hub().cursor;
    const begin = (event: StreamEvent) => {
      stream.write(encodeEvent(event, now));
      stream.goLive(new Set());
    };
    if (from.length === 0 && hub().missable === before.missable) return begin(READY);
    const cursor = from.length === 0 ? before.cursor : earliest(from, now.epoch);
    if (!cursor) return begin({ type: "reset" });
    const missed = await catchingUp().run(stream.userId, () => readMissed(stream.userId, cursor, REPLAY_MAX));
    if (!missed) return begin({ type: "reset" });
    await stream.replay(cursor, missed.keys, missed.position);
  } catch (error) {
    log.warn({ err: error, userId: stream.userId }, "a stream could not catch up; its client will come back");
    stream.close();
  }
}

/**
 * The cursors that a reader resumes from: the header's, else all that the address names. Several tabs that share a stream
 * stand at several places, and only a server can tell which of them comes first.
 */
function resumeFrom(request: Request): string[] {
  const header = request.headers.get("last-event-id");
  return header ? [header] : new URL(request.url).searchParams.getAll("lastEventId").filter((cursor) => cursor !== "");
}

/** Where all that is missing at each of the cursors comes. Null where one of them is not of this history, or they are too many. */
function earliest(from: readonly string[], epoch: string): Cursor | null {
  if (from.length > RESUME_CURSORS_MAX) return null;
  const cursors = [...new Set(from)].map(parseCursor).filter((cursor) => cursor !== null && cursor.epoch === epoch) as Cursor[];
  if (cursors.length < new Set(from).size) return null;
  // What one of them has received last, another may lack: then no event is left out.
  const eventId = cursors.length === 1 ? (cursors[0]?.eventId ?? 0) : 0;
  return { epoch, position: Math.min(...cursors.map(({ position }) => position)), eventId };
}

/** For hosts that know only the web's Response. Nothing happens until somebody reads it. */
function webBody(request: Request, attach: Attach): ReadableStream<Uint8Array> {
  let stream: Stream | null = null;
  let onDrained: (() => void) | null = null;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (stream) {
          onDrained?.();
          onDrained = null;
          return;
        }
        // Hosts differ in whether a lost connection aborts the signal, cancels the body, or does both.
        request.signal.addEventListener("abort", () => stream?.disconnected(), { once: true });
        stream = attach({
          write: (frame) => controller.enqueue(frame),
          waiting: () => -(controller.desiredSize ?? 0),
          drained: () => ((controller.desiredSize ?? 0) >= 0 ? Promise.resolve() : new Promise((resolve) => (onDrained = resolve))),
          close: (abruptly) => {
            onDrained?.();
            if (abruptly) controller.error(new Error("The reader is gone or does not read."));
            else controller.close();
          },
        });
      },
      cancel() {
        onDrained?.();
        stream?.disconnected();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  );
}
