import "server-only";
import type { StreamEvent } from "@/lib/protocol/events";
import { log } from "../log";
import { single } from "../single";
import type { Cursor } from "./cursor";
import { epoch, renewEpoch } from "./epoch";
import { encodeEvent, encodeGoodbye, encodeHeartbeat } from "./frames";
import { Heartbeat } from "./heartbeat";
import { Hints } from "./hints";
import { eventFor, type LoggedEvent } from "./log";
import { LogReader } from "./log-reader";
import { listStillIn, listTopics } from "./membership";
import { type Listener, OpenStreams } from "./open-streams";
import { Presence } from "./presence";
import { PRUNE_EVERY_MS, pruneEvents } from "./retention";
import { SessionWatch } from "./session-watch";
import type { Stream } from "./stream";
import { TopicIndex } from "./topic-index";

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
  private readonly topics = new TopicIndex();
  private readonly heartbeat = new Heartbeat(() => encodeHeartbeat(this.cursor));
  private readonly sessions = new SessionWatch(this.streams);
  private readonly reader = new LogReader({
    isAnybodyHere: () => this.streams.size > 0,
    isHeard: (topic) => this.topics.has(topic),
    passOver: (count) => void (this.passedOver += count),
    begin: (events) => this.begin(events),
    prepare: (events) => this.prepare(events),
    deliver: (event) => this.deliver(event),
    renewHistory: async () => void (this.epoch = await renewEpoch()),
    startOver: () => this.startOver(),
  });
  private readonly hints = new Hints({
    onEvent: (event) => this.receive(event),
    onEvents: (topics) => this.hinted(topics),
    onSessions: (ids) => this.sessions.endedElsewhere(ids),
    onPresence: (hint, from) => this.presence.heard(hint, from),
    onOpen: () => this.hintsOpened(),
    onMet: () => this.presence.introduce(),
    onDoubt: (server) => this.presence.doubt(server),
    onGone: (server) => this.presence.lost(server),
    isListening: () => this.streams.size > 0,
  });
  private readonly presence = new Presence({
    tell: (hint) => this.hints.presence(hint),
    isHere: (userId) => this.streams.of(userId) !== undefined,
    here: () => this.streams.userIds,
    deliver: (userId, event) => this.deliverMoment(userId, event),
  });
  private epoch = "";
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
    return { epoch: this.epoch, position: this.reader.position, eventId: 0 };
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
    this.heartbeat.add(stream);
    this.presence.came(stream.userId);
    listener.loaded ??= this.load(listener);
    return listener.loaded;
  }

  remove(stream: Stream): void {
    this.heartbeat.remove(stream);
    const gone = this.streams.remove(stream);
    if (!gone) return;
    this.topics.drop(gone);
    this.presence.left(gone.userId);
  }

  /** How many streams a user has open in this process. */
  streamsOf(userId: string): number {
    return this.streams.of(userId)?.streams.size ?? 0;
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
    this.epoch = await epoch();
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
    this.reader.stop();
    this.topics.forgetOrder();
    this.started = null;
  }

  /** What somebody is added to while this is under way reaches them as an event of the log. */
  private async load(listener: Listener): Promise<void> {
    try {
      const memberships = await listTopics(listener.userId);
      if (this.streams.of(listener.userId) !== listener) return;
      for (const { topic, version } of memberships) this.topics.add(topic, listener, version);
    } catch (error) {
      listener.loaded = null;
      throw error;
    }
  }

  /** What was committed, here or elsewhere, is delivered where that keeps the order and who takes part is known; else it is read. */
  private receive(event: LoggedEvent): void {
    const topic = this.topics.get(event.topic);
    if (!topic && !isFirst(event)) return this.passOver();
    const isNext = event.type !== "message" || topic?.lastSeq === event.seq - 1;
    if (isNext && topic?.version === event.version) this.deliver(event);
    else this.reader.wake([event.topic]);
  }

  /** A hint names conversations, and of a new one also its people, who do not listen to it yet. */
  private hinted(topics: readonly string[] | null): void {
    if (topics === null) return this.reader.wake();
    const heard = topics.filter((topic) => this.topics.has(topic) || this.streams.of(topic) !== undefined);
    if (heard.length > 0) this.reader.wake(heard);
  }

  private hintsOpened(): void {
    this.reader.wake();
    this.sessions.endedElsewhere(null);
    this.presence.introduce();
  }

  /** The people of new conversations listen to them from their first message on. */
  private begin(events: readonly LoggedEvent[]): void {
    for (const event of events) {
      const audience = event.type === "message" ? (event.audience ?? []) : [];
      for (const userId of audience) {
        const listener = this.streams.of(userId);
        if (!listener) continue;
        this.topics.add(event.topic, listener, event.version);
        // What was said in it while this look was under way has been passed over.
        this.reader.wake([event.topic]);
      }
      this.presence.met(audience);
    }
  }

  /**
   * Nobody here listens, as far as is known: the first message of the conversation may have yet to be read, which makes them
   * listen. So it stays due. Whoever opens a stream now finds it in the log.
   */
  private passOver(): void {
    this.passedOver++;
  }

  /** Looks up who still takes part where that has changed since it was last known; somebody may come meanwhile. */
  private async prepare(events: readonly LoggedEvent[]): Promise<void> {
    for (let tries = 0; tries < LOOK_UPS_MAX; tries++) {
      const isOld = ({ topic, version }: LoggedEvent) => (this.topics.get(topic)?.version ?? version) < version;
      const changed = [...new Set(events.filter(isOld).map(({ topic }) => topic))];
      if (changed.length === 0) return;
      await this.lookUp(changed);
    }
  }

  private async lookUp(topics: string[]): Promise<void> {
    const asked = new Map(topics.map((topic) => [topic, new Set(this.topics.get(topic)?.listeners)]));
    const userIds = new Set([...asked.values()].flatMap((listeners) => [...listeners].map(({ userId }) => userId)));
    const found = new Map((await listStillIn(topics, [...userIds])).map((row) => [row.topic, row]));
    for (const [topic, listeners] of asked) {
      const { userIds: stillIn = [], version = 0 } = found.get(topic) ?? {};
      this.topics.keep(topic, listeners, new Set(stillIn), version);
    }
  }

  private deliver(event: LoggedEvent): void {
    const topic = this.topics.get(event.topic);
    // An event can come both directly and by way of the log.
    if (!topic || !this.reader.takes(event)) return;
    if (event.type === "message") this.topics.delivered(event.topic, event.seq);
    const cursor = { ...this.cursor, eventId: event.id };
    const author = event.type === "message" ? event.senderId : null;
    let forOthers: Buffer | undefined;
    for (const { userId, streams } of topic.listeners) {
      const frame =
        userId === author ? encodeEvent(eventFor(userId, event), cursor) : (forOthers ??= encodeEvent(eventFor(userId, event), cursor));
      for (const stream of streams) stream.deliver(event.id, frame);
    }
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
  return event.type === "message" && event.seq === 1;
}

export type { Hub };

/** The hub of this process. */
export function hub(): Hub {
  return single("hub", () => new Hub());
}
