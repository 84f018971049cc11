import "server-only";
import type { StreamEvent } from "@/lib/protocol/events";
import { log } from "../log";
import { single } from "../single";
import type { Cursor } from "./cursor";
import { encodeEvent, encodeGoodbye, encodeHeartbeat } from "./frames";
import { Heartbeat } from "./heartbeat";
import { Hints } from "./hints";
import { eventFor, type LoggedEvent, loadEvents } from "./kinds";
import { LogReader } from "./log-reader";
import { listPlaces, listStillIn, listTopics, type MayListen } from "./membership";
import { OnlineCounts } from "./online-counts";
import { type Listener, OpenStreams } from "./open-streams";
import { Presence } from "./presence";
import { PRUNE_EVERY_MS, pruneEvents } from "./retention";
import { SessionWatch } from "./session-watch";
import type { Stream } from "./stream";
import { FIXED, TopicIndex } from "./topic-index";

/** Milliseconds: the safety net under the hints, and what a dead hint channel costs. */
const POLL_MS = 1_000;

/** Milliseconds over which clients come back after this server has ended their streams. */
const SCATTER_MS = 4_000;

/** Look-ups of who takes part, for one look at the log. */
const LOOK_UPS_MAX = 3;

/**
 * Where events meet the open streams of this process.
 *
 * An event reaches its streams in one of two ways. What this process has just committed, or another one passes on, is
 * delivered directly, when it is the next of its conversation and those who take part are known. Everything else comes from
 * reading the log, woken by a hint or by the clock.
 */
class Hub {
  private readonly streams = new OpenStreams();
  private readonly topics: TopicIndex = new TopicIndex({
    onHeard: (topic) => this.hints.listen(topic),
    onUnheard: (topic) => this.hints.ignore(topic),
  });
  private readonly heartbeat = new Heartbeat(() => encodeHeartbeat(this.cursor));
  private readonly sessions = new SessionWatch(this.streams);
  private readonly reader = new LogReader({
    isAnybodyHere: () => this.streams.size > 0,
    isHeard: (topic) => this.isHeard(topic),
    passOver: (count) => void (this.passedOver += count),
    begin: (firsts, changed) => this.begin(firsts, changed),
    prepare: (events) => this.prepare(events),
    deliver: (event) => this.deliver(event),
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
    deliver: (userId, event) => this.deliverMoment(userId, event),
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
    listener.loaded ??= this.load(listener);
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

  /** What somebody is added to while this is under way reaches them as an event of the log. */
  private async load(listener: Listener): Promise<void> {
    try {
      const memberships = await listTopics(listener.userId);
      if (this.streams.of(listener.userId) !== listener) return;
      for (const found of memberships) this.topics.add(found.topic, listener, found, found.fixed ? FIXED : this.reader.looks);
    } catch (error) {
      listener.loaded = null;
      throw error;
    }
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
    if (isNext && topic?.version === event.version && this.reader.hasLookedSince(topic.asOf)) this.deliver(event);
    else this.reader.wake([event.topic]);
  }

  /** A topic is a conversation, or a user whom something concerns alone, such as being added to one. */
  private isHeard(topic: string): boolean {
    return this.topics.has(topic) || this.streams.of(topic) !== undefined;
  }

  private hinted(topics: readonly string[] | null): void {
    if (topics === null) return this.reader.wake();
    const heard = topics.filter((topic) => this.isHeard(topic));
    if (heard.length > 0) this.reader.wake(heard);
  }

  private hintsOpened(): void {
    this.reader.wake();
    this.sessions.endedElsewhere(null);
    this.presence.introduce();
  }

  /**
   * The people of new direct conversations listen to them from their first message on, and those whose place in a group has
   * changed as their place is now.
   */
  private async begin(firsts: readonly LoggedEvent[], changed: readonly MayListen[]): Promise<void> {
    for (const event of firsts) {
      const audience = event.type === "message" ? (event.audience ?? []) : [];
      for (const userId of audience) this.listen(event.topic, userId, { version: event.version, floor: 0 }, FIXED);
      this.presence.regroup(audience);
    }
    if (changed.length === 0) return;
    const asOf = this.reader.looks;
    const places = new Map((await listPlaces(changed)).map((place) => [`${place.userId} ${place.topic}`, place]));
    for (const { userId, topic } of changed) {
      const place = places.get(`${userId} ${topic}`);
      const listener = this.streams.of(userId);
      if (!listener) continue;
      // Most events of a place tell what somebody has set for themselves: they were there before, and are.
      if (place && !listener.topics.has(topic)) this.presence.joined(userId);
      if (!place) this.presence.regroup([userId]);
      if (place) this.listen(topic, userId, place, asOf);
      else this.topics.remove(topic, listener);
    }
  }

  private listen(topic: string, userId: string, as: { version: number; floor: number }, asOf: number): void {
    const listener = this.streams.of(userId);
    if (!listener) return;
    this.topics.add(topic, listener, as, asOf);
    // What was said in it while this look was under way has been passed over.
    this.reader.wake([topic]);
  }

  /**
   * Nobody here listens, as far as is known: the first message of the conversation may have yet to be read, which makes them
   * listen. So it stays due. Whoever opens a stream now finds it in the log.
   */
  private passOver(): void {
    this.passedOver++;
  }

  /**
   * Looks up who still takes part where that has changed since it was last known, and what only the moment tells: while
   * one is looked up the other may change.
   */
  private async prepare(events: readonly LoggedEvent[]): Promise<void> {
    for (let tries = 0; tries < LOOK_UPS_MAX; tries++) {
      const isOld = ({ topic, version }: LoggedEvent) => (this.topics.get(topic)?.version ?? version) < version;
      const changed = [...new Set(events.filter(isOld).map(({ topic }) => topic))];
      const unloaded = events.filter((event) => this.isUnloaded(event));
      if (changed.length === 0 && unloaded.length === 0) return;
      await Promise.all([changed.length > 0 && this.lookUp(changed), unloaded.length > 0 && loadEvents(unloaded)]);
    }
  }

  /** Of a place also where a message was delivered that came after it was loaded. */
  private isUnloaded(event: LoggedEvent): boolean {
    if (event.type === "conversation") return event.group === undefined;
    if (event.type !== "place") return false;
    const delivered = this.topics.get(event.conversationId)?.lastSeq ?? 0;
    return event.conversation === undefined || (event.conversation !== null && event.conversation.lastSeq < delivered);
  }

  private async lookUp(topics: string[]): Promise<void> {
    const asked = new Map(topics.map((topic) => [topic, new Set(this.topics.get(topic)?.listeners.keys())]));
    const userIds = new Set([...asked.values()].flatMap((listeners) => [...listeners].map(({ userId }) => userId)));
    const found = new Map((await listStillIn(topics, [...userIds])).map((row) => [row.topic, row]));
    for (const [topic, listeners] of asked) {
      const { stillIn = new Map(), version = 0 } = found.get(topic) ?? {};
      this.topics.keep(topic, listeners, stillIn, version, this.reader.looks);
    }
  }

  private deliver(event: LoggedEvent): void {
    const own = this.streams.of(event.topic);
    const topic = this.topics.get(event.topic);
    // An event can come both directly and by way of the log.
    if ((!own && !topic) || !this.reader.takes(event)) return;
    const cursor = { ...this.cursor, eventId: event.id };
    const encode = (userId: string) => {
      const told = eventFor(userId, event);
      return told && encodeEvent(told, cursor);
    };
    const write = ({ streams }: Listener, frame: Buffer | null) => {
      if (frame) for (const stream of streams) stream.deliver(event.id, frame);
    };
    if (own) write(own, encode(own.userId));
    if (!topic) return;
    if (event.type === "message") this.topics.delivered(event.topic, event.seq);
    const author = authorOf(event);
    let forOthers: Buffer | null | undefined;
    for (const [listener, floor] of topic.listeners) {
      if (isBelow(event, floor)) continue;
      if (listener.userId === author) write(listener, encode(author));
      else {
        if (forOthers === undefined) forOthers = encode(listener.userId);
        write(listener, forOthers);
      }
    }
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

  /** What is of the moment: it has no id and is never replayed. */
  private deliverMoment(userId: string, event: StreamEvent): void {
    const frame = encodeEvent(event);
    for (const stream of this.streams.of(userId)?.streams ?? []) stream.write(frame);
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

/** To whose conversation nobody listens yet. */
function isFirst(event: LoggedEvent): event is LoggedEvent & { type: "message" } {
  return event.type === "message" && event.audience !== null;
}

/** Whether it is of what was there before somebody came, of which they may see nothing. */
function isBelow(event: LoggedEvent, floor: number): boolean {
  if (event.type === "message") return event.seq <= floor;
  return event.type === "user" && event.goneSeq !== null && event.goneSeq <= floor;
}

/** Who is told of it in another way than all others. */
function authorOf(event: LoggedEvent): string | null {
  if (event.type === "message") return event.senderId;
  return event.type === "read" ? event.userId : null;
}

export type { Hub };

/** The hub of this process. */
export function hub(): Hub {
  return single("hub", () => new Hub());
}
