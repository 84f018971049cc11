import "server-only";
import { log } from "../log";
import { single } from "../single";
import { Audience } from "./audience";
import type { Cursor } from "./cursor";
import { Delivery } from "./delivery";
import { encodeGoodbye, encodeHeartbeat } from "./frames";
import { Heartbeat } from "./heartbeat";
import { Hints } from "./hints";
import { isFirst, type LoggedEvent } from "./kinds";
import { LogReader } from "./log-reader";
import { OnlineCounts } from "./online-counts";
import { OpenStreams } from "./open-streams";
import { Presence } from "./presence";
import { PRUNE_EVERY_MS, pruneEvents } from "./retention";
import { SessionWatch } from "./session-watch";
import type { Stream } from "./stream";

/** Milliseconds: the safety net under the hints, and what a dead hint channel costs. */
const POLL_MS = 1_000;

/** Milliseconds over which clients come back after this server has ended their streams. */
const SCATTER_MS = 4_000;

/**
 * Where events meet the open streams of this process.
 *
 * An event reaches its streams in one of two ways. What this process has just committed, or another one passes on, is
 * delivered directly, when it is the next of its conversation and those who take part are known. Everything else comes from
 * reading the log, woken by a hint or by the clock.
 */
class Hub {
  private readonly streams = new OpenStreams();
  private readonly audience: Audience = new Audience(this.streams, {
    listen: (topic) => this.hints.listen(topic),
    ignore: (topic) => this.hints.ignore(topic),
    looks: () => this.reader.looks,
    wake: (topics) => this.reader.wake(topics),
    joined: (userId) => this.presence.joined(userId),
    regroup: (userIds) => this.presence.regroup(userIds),
  });
  private readonly topics = this.audience.topics;
  private readonly delivery: Delivery = new Delivery(this.streams, this.topics, {
    takes: (event) => this.reader.takes(event),
    cursor: () => this.cursor,
  });
  private readonly heartbeat = new Heartbeat(() => encodeHeartbeat(this.cursor));
  private readonly sessions = new SessionWatch(this.streams);
  private readonly reader = new LogReader({
    isAnybodyHere: () => this.streams.size > 0,
    isHeard: (topic) => this.audience.isHeard(topic),
    passOver: (count) => void (this.passedOver += count),
    begin: (firsts, changed) => this.audience.begin(firsts, changed),
    prepare: (events) => this.audience.prepare(events),
    deliver: (event) => this.delivery.deliver(event),
    startOver: () => this.startOver(),
  });
  private readonly hints = new Hints({
    onEvent: (topic, read) => this.told(topic, read),
    onEvents: (topics) => this.hinted(topics),
    onSessions: (ids) => this.sessions.endedElsewhere(ids),
    onPresence: (hint, from) => this.presence.heard(hint, from),
    onCount: (hint, from) => this.counts.heard(hint, from),
    onOpen: () => this.hintsOpened(),
    onMet: () => this.presence.introduce(),
    onDoubt: (server) => this.presence.doubt(server),
    onGone: (server) => this.presence.lost(server),
    isListening: () => this.streams.size > 0,
  });
  private readonly presence = new Presence({
    tell: (hint) => this.hints.tell(hint),
    isHere: (userId) => this.streams.of(userId) !== undefined,
    here: () => this.streams.userIds,
    deliver: (userId, event) => this.delivery.deliverMoment(userId, event),
  });
  private readonly counts = new OnlineCounts({
    others: () => this.hints.othersKnown,
    tell: (hint) => this.hints.tell(hint),
    countHere: (groupId) => this.countHere(groupId),
  });
  /** Events that reached nobody here, because nobody listened to their topics. */
  private passedOver = 0;
  private timers: NodeJS.Timeout[] = [];
  private started: Promise<void> | null = null;
  private draining = false;

  /** Streams that are open in this process. */
  get size(): number {
    return this.streams.size;
  }

  /** Where a client that holds the present state resumes. */
  get cursor(): Cursor {
    return { ...this.reader.place, eventId: 0 };
  }

  /** Grows whenever an event reaches nobody here: where it has not, a stream that opened meanwhile has missed nothing. */
  get missable(): number {
    return this.passedOver;
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

  /**
   * Takes a stream in; what concerns its user alone reaches it from now on. Resolves once all that its user listens to
   * does: what was committed before is in the log.
   */
  add(stream: Stream): Promise<void> {
    const listener = this.streams.add(stream);
    if (this.streams.size === 1) this.hints.listening();
    if (listener.streams.size === 1) this.hints.listen(listener.userId);
    this.heartbeat.add(stream);
    this.presence.came(stream.userId);
    listener.loaded ??= this.audience.load(listener);
    return listener.loaded;
  }

  remove(stream: Stream): void {
    this.heartbeat.remove(stream);
    const gone = this.streams.remove(stream);
    if (!gone) return;
    this.hints.ignore(gone.userId);
    this.topics.drop(gone);
    this.presence.left(gone.userId);
  }

  /** How many streams a user has open in this process. */
  streamsOf(userId: string): number {
    return this.streams.of(userId)?.streams.size ?? 0;
  }

  /** How many of those who take part in a group are online, on any server. Takes up to 300 ms where there are several. */
  countOnline(groupId: string): Promise<number> {
    return this.counts.of(groupId);
  }

  /**
   * Called after the commit of what this process wrote: delivers here, and tells other servers.
   * @param kind of the conversation. Who takes part in a direct one never changes, so the event itself can be passed on;
   * of a group a server asks the database, however late a hint comes.
   */
  publish(event: LoggedEvent, kind: "direct" | "group"): void {
    if (isFirst(event)) this.hints.committedIn([event.topic, ...(event.audience ?? [])]);
    else if (kind === "direct") this.hints.committed(event);
    else this.hints.committedIn([event.topic]);
    this.receive(event);
  }

  /**
   * Called after the commit of events whose rows were not returned: they are read from the log.
   * @param topics null where they are too many to be named.
   */
  publishLogged(topics: readonly string[] | null): void {
    this.hints.committedIn(topics);
    this.hinted(topics);
  }

  /** Ends the streams of sessions that are over, here at once and on other servers as soon as they hear of it. */
  endSessions(sessionIds: readonly string[]): void {
    this.sessions.end(sessionIds);
    this.hints.sessionsEnded(sessionIds);
  }

  /** Ends every stream, and asks clients to come back at scattered times. */
  async close(): Promise<void> {
    this.draining = true;
    this.stop();
    this.sendAway();
    await this.hints.stop();
  }

  private async start(): Promise<void> {
    await this.reader.start();
    this.heartbeat.start();
    this.sessions.start();
    this.timers = [setInterval(() => this.reader.wake(), POLL_MS), setInterval(() => void this.prune(), PRUNE_EVERY_MS)];
    for (const timer of this.timers) timer.unref();
    this.reader.wake();
  }

  private stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    this.heartbeat.stop();
    this.sessions.stop();
    this.presence.stop();
    this.counts.stop();
    this.reader.stop();
    this.topics.forgetOrder();
    this.started = null;
  }

  /** Another server passes on what it has committed: most of it is nothing to anybody here, and is not even read. */
  private told(topic: string, read: () => LoggedEvent | null): void {
    if (!this.topics.has(topic)) return this.passOver();
    const event = read();
    if (event) this.receive(event);
    else this.reader.wake([topic]);
  }

  /**
   * What was committed, here or elsewhere, is delivered where that keeps the order and who takes part is known: who has gone,
   * by the version, and who has come, by a look at the log since that version was learnt. Else it is read.
   */
  private receive(event: LoggedEvent): void {
    const topic = this.topics.get(event.topic);
    if (!topic && !isFirst(event)) return this.passOver();
    const isNext = event.type !== "message" || topic?.lastSeq === event.seq - 1;
    if (isNext && topic?.version === event.version && this.reader.hasLookedSince(topic.asOf)) this.delivery.deliver(event);
    else this.reader.wake([event.topic]);
  }

  private hinted(topics: readonly string[] | null): void {
    if (topics === null) return this.reader.wake();
    const heard = topics.filter((topic) => this.audience.isHeard(topic));
    if (heard.length > 0) this.reader.wake(heard);
  }

  private hintsOpened(): void {
    this.reader.wake();
    this.sessions.endedElsewhere(null);
    this.presence.introduce();
  }

  /**
   * Nobody here listens, as far as is known: the first message of the conversation may have yet to be read, which makes them
   * listen. So it stays due. Whoever opens a stream now finds it in the log.
   */
  private passOver(): void {
    this.passedOver++;
  }

  /** Who is online on several servers is counted by the one with the smallest number. */
  private countHere(groupId: string): number {
    const listeners = this.topics.get(groupId)?.listeners;
    const { ownId, othersKnown } = this.hints;
    if (!listeners || ownId === null || othersKnown === 0) return listeners?.size ?? 0;
    let count = 0;
    for (const { userId } of listeners.keys()) if (!this.presence.isOnlineBelow(ownId, userId)) count++;
    return count;
  }

  /**
   * The clients come back one after the other, and each replays what it has missed, or loads afresh where that is too much
   * or of another history.
   */
  private startOver(): void {
    this.topics.forgetOrder();
    this.sendAway();
  }

  /** Ends every stream, and asks clients to come back at scattered times. */
  private sendAway(): void {
    for (const stream of this.streams.all()) stream.close(encodeGoodbye(200 + Math.random() * SCATTER_MS));
  }

  private async prune(): Promise<void> {
    try {
      const count = await pruneEvents();
      if (count > 0) log.info({ count }, "old events were taken out of the log");
    } catch (error) {
      log.warn({ err: error }, "old events could not be taken out of the log; trying again");
    }
  }
}

export type { Hub };

/** The hub of this process. */
export function hub(): Hub {
  return single("hub", () => new Hub());
}
