import "server-only";
import { LRUCache } from "lru-cache";
import type { StreamEvent } from "@/lib/protocol/events";
import { STREAM_HEARTBEAT_MS } from "@/lib/protocol/limits";
import { forgetAllSessions, liveSessions } from "../auth/session-cache";
import { log } from "../log";
import { single } from "../single";
import type { Cursor } from "./cursor";
import { epoch, renewEpoch } from "./epoch";
import { encodeEvent, encodeGoodbye, encodeHeartbeat } from "./frames";
import { type Hint, Hints } from "./hints";
import { eventFor, isRead, type LoggedEvent, type LogMark, readEvents, readMark, readTail } from "./log";
import { Presence } from "./presence";
import { PRUNE_EVERY_MS, pruneEvents } from "./retention";
import type { Stream } from "./stream";

/** Milliseconds: the safety net under the hints, and what a dead hint channel costs. */
const POLL_MS = 1_000;

/** Milliseconds after which a stream of a session that was ended elsewhere ends at the latest. */
const SESSION_CHECK_MS = 5_000;

/** Heartbeats are written in this many shares, so that ten thousand streams cause no pause. */
const HEARTBEAT_SHARES = 50;

/** Milliseconds between two shares. */
const BEAT_MS = STREAM_HEARTBEAT_MS / HEARTBEAT_SHARES;

/** Milliseconds over which clients come back after this server has ended their streams. */
const SCATTER_MS = 4_000;

/** Conversations whose last number is remembered; one that is forgotten costs one more read of the log. */
const CONVERSATIONS_KNOWN = 50_000;

/**
 * The open streams of this process and how far it has read the event log.
 *
 * An event reaches its streams in one of two ways. What this process has just committed is published
 * directly, when it is the next of its conversation. Everything else (other servers' events, and ours
 * where the next is not known) comes from reading the log, woken by a hint or by the clock. `mark`
 * only moves by reading the log, so that a cursor never stands above what was delivered.
 */
class Hub {
  private readonly streams = new Map<string, Set<Stream>>();
  private readonly shares: Set<Stream>[] = Array.from({ length: HEARTBEAT_SHARES }, () => new Set());
  private count = 0;
  private opened = 0;
  /** Shares that have had their heartbeat since the hub began, and when that was. */
  private beats = 0;
  private beganAt = 0;
  private draining = false;

  private mark: LogMark = { position: 0, end: 0, open: new Set() };
  private epoch = "";
  /** Delivered events that the log has yet to be read up to: id → xid. */
  private readonly delivered = new Map<number, number>();
  private readonly lastSeq = new LRUCache<string, number>({ max: CONVERSATIONS_KNOWN });

  private reading = false;
  private readAgain = false;
  private timers: NodeJS.Timeout[] = [];
  private started: Promise<void> | null = null;
  /** The position is known: from here on the log is read. */
  private running = false;
  private readonly hints = new Hints({
    onHint: (hint, from) => this.hinted(hint, from),
    onOpen: () => this.hintsOpened(),
    onMet: () => this.presence.introduce(),
    onGone: (server) => this.presence.lost(server),
  });
  private readonly presence = new Presence({
    tell: (hint) => this.hints.send(hint),
    isHere: (userId) => this.streams.has(userId),
    here: () => [...this.streams.keys()],
    deliver: (userId, event) => this.deliverMoment(userId, event),
  });

  /** Streams that are open in this process. */
  get size(): number {
    return this.count;
  }

  /** Where a client that holds the present state resumes. */
  get cursor(): Cursor {
    return { epoch: this.epoch, position: this.mark.position, eventId: 0 };
  }

  /** False while the server is going away. */
  get accepting(): boolean {
    return !this.draining;
  }

  /** Begins to read the log, with the first stream of the process. */
  async ready(): Promise<void> {
    this.started ??= this.start().catch((error) => {
      this.started = null;
      throw error;
    });
    return this.started;
  }

  add(stream: Stream): void {
    const own = this.streams.get(stream.userId);
    if (own) own.add(stream);
    else this.streams.set(stream.userId, new Set([stream]));
    this.presence.came(stream.userId);
    stream.share = this.opened++ % HEARTBEAT_SHARES;
    this.shares[stream.share]?.add(stream);
    this.count++;
  }

  remove(stream: Stream): void {
    const own = this.streams.get(stream.userId);
    if (!own?.delete(stream)) return;
    if (own.size === 0) {
      this.streams.delete(stream.userId);
      this.presence.left(stream.userId);
    }
    this.shares[stream.share]?.delete(stream);
    this.count--;
  }

  /** How many streams a user has open in this process. */
  streamsOf(userId: string): number {
    return this.streams.get(userId)?.size ?? 0;
  }

  /** Called after the commit of what this process wrote: delivers here, and hints at it elsewhere. */
  publish(event: LoggedEvent): void {
    this.hints.send("events");
    if (!this.running) return;
    const next = event.type !== "message" || this.lastSeq.get(event.conversationId) === event.seq - 1;
    if (next) this.deliver(event);
    else this.wake();
  }

  /** Called after the commit of events whose rows were not returned: they are read from the log. */
  publishLogged(): void {
    this.hints.send("events");
    this.wake();
  }

  /** Ends the streams of sessions that are over, here at once and on other servers as soon as they hear of it. */
  endSessions(sessionIds: readonly string[]): void {
    const ended = new Set(sessionIds);
    for (const stream of this.all()) if (ended.has(stream.sessionId)) stream.close({ type: "signed_out" });
    this.hints.send("sessions");
  }

  /** Ends every stream, and asks clients to come back at scattered times. */
  async close(): Promise<void> {
    this.draining = true;
    this.stop();
    for (const stream of this.all()) stream.close(encodeGoodbye(200 + Math.random() * SCATTER_MS));
    await this.hints.stop();
  }

  private async start(): Promise<void> {
    this.epoch = await epoch();
    this.mark = await readMark();
    this.beats = 0;
    this.beganAt = performance.now();
    this.timers = [
      setInterval(() => this.wake(), POLL_MS),
      setInterval(() => void this.checkSessions(), SESSION_CHECK_MS),
      setInterval(() => this.beat(), BEAT_MS),
      setInterval(() => void this.prune(), PRUNE_EVERY_MS),
    ];
    for (const timer of this.timers) timer.unref();
    this.running = true;
    this.wake();
  }

  private stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.presence.stop();
    this.timers = [];
    this.started = null;
    this.running = false;
    this.delivered.clear();
    this.lastSeq.clear();
  }

  private *all(): Iterable<Stream> {
    for (const own of [...this.streams.values()]) yield* [...own];
  }

  private hinted(hint: Hint, from: number): void {
    if (hint === "events") return this.wake();
    if (hint !== "sessions") return this.presence.heard(hint, from);
    forgetAllSessions();
    void this.checkSessions();
  }

  private hintsOpened(): void {
    this.wake();
    forgetAllSessions();
    void this.checkSessions();
    this.presence.introduce();
  }

  /** What is of the moment: it has no id and is never replayed. */
  private deliverMoment(userId: string, event: StreamEvent): void {
    const frame = encodeEvent(event);
    for (const stream of this.streams.get(userId) ?? []) stream.write(frame);
  }

  /** Reads the log soon; calls while a read is under way add up to one more. */
  private wake(): void {
    if (!this.running) return;
    this.readAgain = true;
    if (!this.reading) void this.readLog();
  }

  private async readLog(): Promise<void> {
    this.reading = true;
    while (this.readAgain && this.running) {
      this.readAgain = false;
      try {
        await this.readOnce();
      } catch (error) {
        log.warn({ err: error }, "the event log could not be read; trying again with the next poll");
        break;
      }
    }
    this.reading = false;
  }

  private async readOnce(): Promise<void> {
    const tail = await readTail(this.mark);
    if (!tail) return this.beginAnew();
    const { keys, mark } = tail;
    const events = await readEvents(
      keys.filter(({ id }) => !this.delivered.has(id)),
      this.mark.position,
    );
    if (!events) return this.beginAnew();
    for (const event of events) this.deliver(event);
    this.mark = mark;
    for (const [id, xid] of this.delivered) if (isRead(mark, xid)) this.delivered.delete(id);
  }

  /** What clients hold may never have happened, or lack what was taken out of the log before it was read here. */
  private async beginAnew(): Promise<void> {
    this.epoch = await renewEpoch();
    this.mark = await readMark();
    this.delivered.clear();
    this.lastSeq.clear();
    const reset = encodeEvent({ type: "reset" }, this.cursor);
    for (const stream of this.all()) stream.write(reset);
  }

  private deliver(event: LoggedEvent): void {
    // An event can come both directly and by way of the log; what the log has been read up to has all been delivered.
    if (this.delivered.has(event.id) || isRead(this.mark, event.xid)) return;
    this.delivered.set(event.id, event.xid);
    if (event.type === "message") this.lastSeq.set(event.conversationId, event.seq);
    const cursor = { epoch: this.epoch, position: this.mark.position, eventId: event.id };
    const author = event.type === "message" ? event.senderId : null;
    if (event.type === "message" && event.seq === 1) this.presence.met(event.audience);
    let forOthers: Buffer | undefined;
    for (const userId of event.audience) {
      const own = this.streams.get(userId);
      if (!own) continue;
      const frame =
        userId === author ? encodeEvent(eventFor(userId, event), cursor) : (forOthers ??= encodeEvent(eventFor(userId, event), cursor));
      for (const stream of own) stream.deliver(event.id, frame);
    }
  }

  /** Also carries the cursor along, so that a stream on which nothing happens does not fall out of the log. */
  private beat(): void {
    const frame = encodeHeartbeat(this.cursor);
    // Timers of a busy process come late and drift. Clients would then all take their streams for dead, and come back at once.
    const due = Math.min((performance.now() - this.beganAt) / BEAT_MS, this.beats + HEARTBEAT_SHARES);
    do {
      for (const stream of this.shares[this.beats % HEARTBEAT_SHARES] ?? []) stream.beat(frame);
      this.beats++;
    } while (this.beats < due);
  }

  private async prune(): Promise<void> {
    try {
      const count = await pruneEvents();
      if (count > 0) log.info({ count }, "old events were taken out of the log");
    } catch (error) {
      log.warn({ err: error }, "old events could not be taken out of the log; trying again");
    }
  }

  private async checkSessions(): Promise<void> {
    if (this.count === 0) return;
    const open = new Set<string>();
    for (const stream of this.all()) open.add(stream.sessionId);
    try {
      const live = await liveSessions([...open]);
      for (const stream of this.all()) {
        if (open.has(stream.sessionId) && !live.has(stream.sessionId)) stream.close({ type: "signed_out" });
      }
    } catch (error) {
      log.warn({ err: error }, "open streams could not be checked for ended sessions; trying again");
    }
  }
}

export type { Hub };

/** The hub of this process. */
export function hub(): Hub {
  return single("hub", () => new Hub());
}
