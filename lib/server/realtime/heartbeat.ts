import "server-only";
import { STREAM_HEARTBEAT_MS } from "@/lib/protocol/limits";
import type { Stream } from "./stream";

/** Heartbeats are written in this many shares, so that ten thousand streams cause no pause. */
const SHARES = 50;

/** Milliseconds between two shares. */
const BEAT_MS = STREAM_HEARTBEAT_MS / SHARES;

/** A sign of life on every stream each STREAM_HEARTBEAT_MS. */
export class Heartbeat {
  private readonly shares: Set<Stream>[] = Array.from({ length: SHARES }, () => new Set());
  private added = 0;
  /** Shares that have had theirs since it began, and when that was. */
  private beats = 0;
  private beganAt = 0;
  private timer: NodeJS.Timeout | null = null;

  /** @param frame what is written, made once for each share. */
  constructor(private readonly frame: () => Uint8Array) {}

  add(stream: Stream): void {
    stream.share = this.added++ % SHARES;
    this.shares[stream.share]?.add(stream);
  }

  remove(stream: Stream): void {
    this.shares[stream.share]?.delete(stream);
  }

  start(): void {
    this.beats = 0;
    this.beganAt = performance.now();
    this.timer = setInterval(() => this.beat(), BEAT_MS).unref();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private beat(): void {
    const frame = this.frame();
    // Timers of a busy process come late and drift. Clients would then all take their streams for dead, and come back at once.
    const due = Math.min((performance.now() - this.beganAt) / BEAT_MS, this.beats + SHARES);
    do {
      for (const stream of this.shares[this.beats % SHARES] ?? []) stream.beat(frame);
      this.beats++;
    } while (this.beats < due);
  }
}
