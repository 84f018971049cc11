import "server-only";
import type { StreamEvent } from "@/lib/protocol/events";
import { REPLAY_STALL_MS } from "@/lib/protocol/limits";
import { config } from "../config";
import { log } from "../log";
import { catchingUp } from "./catching-up";
import type { Cursor } from "./cursor";
import { encodeEvent, READY } from "./frames";
import { type EventKey, eventFor } from "./kinds";
import { readEventsFor } from "./log";

/** Where the bytes of a stream go: a Node response, or the controller of a web ReadableStream. */
export type Sink = {
  /** Hands bytes over at once; what the reader has not taken yet is counted by `waiting`. */
  write(frame: Uint8Array): void;
  /** Bytes handed over that the reader has not taken. */
  waiting(): number;
  /** Resolves when little waits, or the sink is closed. */
  drained(): Promise<void>;
  /** Ends the answer; with `abruptly` also what still waits is thrown away. */
  close(abruptly: boolean): void;
};

/** Bodies that are read from the log at a time, so that a long replay holds little in memory. */
const REPLAY_CHUNK = 100;

const COMMENT = Buffer.from(":\n\n");

const NONE: ReadonlySet<number> = new Set();

/**
 * One open stream. It lives through two states: while it catches up from the log, live frames are put
 * by; then they are written as they come. A reader that does not read is cut off once the bytes that
 * wait for it pass the limit, and catches up by reconnecting: it delays nobody.
 */
export class Stream {
  /** Live frames held back while catching up; null once live. */
  private held: { eventId: number; frame: Uint8Array }[] | null = [];
  private heldBytes = 0;
  private closed = false;
  /** Which share of the heartbeats it belongs to; the heartbeat's own. */
  share = 0;

  /** What the hub has yet to read in the log, it would bring once more. Two heartbeats later it has read that. */
  private replayed: ReadonlySet<number> = NONE;
  private beats = 0;

  constructor(
    readonly userId: string,
    readonly sessionId: string,
    private readonly sink: Sink,
    private readonly onClose: (stream: Stream) => void,
  ) {}

  /** A live frame, the same bytes for everybody who sees the event alike. */
  deliver(eventId: number, frame: Uint8Array): void {
    if (this.replayed.has(eventId)) return;
    if (this.held === null) return this.write(frame);
    this.held.push({ eventId, frame });
    this.heldBytes += frame.byteLength;
    if (this.heldBytes > config().STREAM_BUFFER_MAX) this.cutOff();
  }

  /** A heartbeat moves the cursor, so it may not overtake what is still being replayed. */
  beat(frame: Uint8Array): void {
    this.write(this.held === null ? frame : COMMENT);
    if (this.held === null && ++this.beats > 1) this.replayed = NONE;
  }

  write(frame: Uint8Array): void {
    if (this.closed) return;
    this.sink.write(frame);
    if (this.sink.waiting() > config().STREAM_BUFFER_MAX) this.cutOff();
  }

  /**
   * Writes what was missed, as fast as the reader takes it, then goes live. One that stops taking it is cut off.
   * What is taken out of the log before it could be written makes the reader load afresh.
   * @param keys the events in the order of ids; `position` is where the log stood when they were read.
   */
  async replay(cursor: Cursor, keys: readonly EventKey[], position: number): Promise<void> {
    const resume = resumePoints(cursor.position, keys, position);
    const stalled = setTimeout(() => this.cutOff(), REPLAY_STALL_MS).unref();
    try {
      for (let start = 0; start < keys.length && !this.closed; start += REPLAY_CHUNK) {
        const chunk = keys.slice(start, start + REPLAY_CHUNK);
        const bodies = await catchingUp().run(this.userId, () => readEventsFor(this.userId, chunk, cursor.position));
        if (!bodies) {
          this.write(encodeEvent({ type: "reset" }, { ...cursor, position, eventId: 0 }));
          return this.goLive(new Set(keys.map(({ id }) => id)));
        }
        const events = new Map(bodies.map((event) => [event.id, event]));
        for (const [i, { id }] of chunk.entries()) {
          const event = events.get(id);
          const told = event && eventFor(this.userId, event);
          if (!told || id === cursor.eventId) continue;
          const at = { epoch: cursor.epoch, position: resume[start + i] ?? cursor.position, eventId: id };
          this.write(encodeEvent(told, at));
          await this.sink.drained();
          stalled.refresh();
        }
      }
      this.write(encodeEvent(READY, { ...cursor, position, eventId: 0 }));
      this.goLive(new Set(keys.map(({ id }) => id)));
    } finally {
      clearTimeout(stalled);
    }
  }

  /** Ends the catching up: what came meanwhile and was not replayed is written, then every frame at once. */
  goLive(replayed: ReadonlySet<number>): void {
    const held = this.held ?? [];
    this.held = null;
    this.replayed = replayed;
    for (const { eventId, frame } of held) if (!replayed.has(eventId)) this.write(frame);
  }

  /** Says why, where there is something to say, and ends. Harmless when repeated. */
  close(last?: StreamEvent | Uint8Array): void {
    if (this.closed) return;
    if (last) this.sink.write(last instanceof Uint8Array ? last : encodeEvent(last));
    this.stop(false);
  }

  /** The connection is gone. Harmless when repeated. */
  disconnected(): void {
    if (!this.closed) this.stop(true);
  }

  private cutOff(): void {
    if (this.closed) return;
    log.warn({ userId: this.userId }, "a stream was cut off because its reader does not read");
    this.stop(true);
  }

  private stop(abruptly: boolean): void {
    this.closed = true;
    this.held = null;
    this.sink.close(abruptly);
    this.onClose(this);
  }
}

/**
 * For each replayed event the position that a reconnect may resume from once it has been received: all
 * that lies below must have been written, and the order of ids is not that of transaction ids, so it is
 * the lowest transaction id still to come.
 */
function resumePoints(from: number, keys: readonly EventKey[], position: number): number[] {
  const points = new Array<number>(keys.length);
  let lowest = position;
  for (let i = keys.length - 1; i >= 0; i--) {
    points[i] = Math.max(from, lowest);
    lowest = Math.min(lowest, keys[i]?.xid ?? lowest);
  }
  return points;
}
