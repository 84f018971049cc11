import "server-only";
import { log } from "../log";
import { renewEpoch } from "./epoch";
import type { LoggedEvent } from "./kinds";
import { follows, isRead, type LogMark, readEvents, readMark, readTail, type Seen } from "./log";
import type { MayListen } from "./membership";
import { presentMark } from "./present";

/** Milliseconds between two looks at the log: what is hinted at in between shares one. After a quiet time a look is at once. */
const LOOK_EVERY_MS = 10;

/** Hinted topics that are kept for the next look; what else they bring costs one statement more. */
const ASKED_MAX = 500;

/** Events whose bodies one statement reads, and that are held at a time. */
const CHUNK = 500;

/** Events of one look that somebody here listens to. Past that each client catches up by itself, as far as it concerns it. */
const HEARD_MAX = 20_000;

type Surroundings = {
  isAnybodyHere(): boolean;
  /** Whether anybody here listens to a topic, be it their own. */
  isHeard(topic: string): boolean;
  /** So many events were for nobody here. */
  passOver(count: number): void;
  /**
   * First messages of conversations, and who may listen to which since now, before anything else is looked at: they are what
   * makes people listen.
   */
  begin(firsts: readonly LoggedEvent[], changed: readonly MayListen[]): Promise<void>;
  /** What is about to be delivered: who listens may have to be looked up, and what they are told. */
  prepare(events: readonly LoggedEvent[]): Promise<void>;
  deliver(event: LoggedEvent): void;
  /** The reading goes on from a new mark, and whoever is here has missed what lies before it. */
  startOver(): void;
};

/**
 * How far this process has read the log, and the reading. Its `mark` only moves by a look at all that is new, whoever it
 * is for, so that a cursor never stands above what was delivered; bodies are read of topics that somebody here listens to.
 * A look costs about the same for one event and for fifty, so under load few do the work of many.
 */
export class LogReader {
  private mark: LogMark = { epoch: "", position: 0, end: 0, open: new Set() };
  /** Events that were delivered and that the log has yet to be read up to: id → xid. */
  private readonly delivered = new Map<number, number>();
  private readonly asked = new Set<string>();
  private running = false;
  private due = false;
  private looking = false;
  /** Looks that have begun, and the number of the last one that was completed. */
  private begun = 0;
  private completed = 0;
  private beganAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly around: Surroundings) {}

  /** The history that is read, and how far all of it has been. */
  get place(): { epoch: string; position: number } {
    const { epoch, position } = this.mark;
    return { epoch, position };
  }

  async start(): Promise<void> {
    this.mark = await presentMark();
    this.delivered.clear();
    this.running = true;
  }

  stop(): void {
    this.running = false;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.delivered.clear();
    this.asked.clear();
  }

  /** Whether an event is still to reach its streams, by one way or another; from now on it has. */
  takes({ id, xid }: LoggedEvent): boolean {
    if (this.delivered.has(id) || isRead(this.mark, xid)) return false;
    this.delivered.set(id, xid);
    return true;
  }

  /** Looks that have begun so far. */
  get looks(): number {
    return this.begun;
  }

  /** Whether a look that began after so many has been completed: then what was committed before that has been seen. */
  hasLookedSince(looks: number): boolean {
    return this.completed > looks;
  }

  /** Something has been committed, as far as is known in these topics. Looks soon. */
  wake(topics: readonly string[] = []): void {
    if (!this.running) return;
    for (const topic of topics) if (this.asked.size < ASKED_MAX) this.asked.add(topic);
    this.due = true;
    this.lookSoon();
  }

  private lookSoon(): void {
    if (this.looking || this.timer || !this.due) return;
    const wait = this.beganAt + LOOK_EVERY_MS - performance.now();
    if (wait <= 0) return void this.look();
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.look();
    }, wait);
  }

  private async look(): Promise<void> {
    this.looking = true;
    this.due = false;
    this.beganAt = performance.now();
    const number = ++this.begun;
    const asked = [...this.asked];
    this.asked.clear();
    try {
      await this.readOnce(asked);
      this.completed = number;
    } catch (error) {
      log.warn({ err: error }, "the event log could not be read; trying again with the next poll");
    }
    this.looking = false;
    if (this.running) this.lookSoon();
  }

  private async readOnce(asked: string[]): Promise<void> {
    if (!this.around.isAnybodyHere() && (await this.skip())) return;
    const tail = await readTail(this.mark, asked, [...this.delivered.keys()]);
    if (tail && (await this.deliverAll(tail.seen))) this.readUpTo(tail.mark);
    else await this.beginAnew();
  }

  /** Everything new that somebody here listens to, in the order of ids and some at a time. False where that cannot be done. */
  private async deliverAll(seen: Seen[]): Promise<boolean> {
    // Some may have been delivered while the log was read.
    const due = seen.filter(({ id }) => !this.delivered.has(id));
    // What comes after that which makes people listen to a conversation may be new as well.
    const firsts = due.filter(({ first }) => first);
    if (!(await this.readBodies(firsts))) return false;
    const changed = due.flatMap(({ topic: userId, mayListenTo: topic }) => (topic && this.around.isHeard(userId) ? { userId, topic } : []));
    await this.around.begin(
      firsts.flatMap(({ event }) => event ?? []),
      changed,
    );
    const heard = due.filter(({ topic }) => this.around.isHeard(topic));
    this.around.passOver(due.length - heard.length);
    if (heard.length > HEARD_MAX) return false;
    for (let start = 0; start < heard.length; start += CHUNK) {
      const chunk = heard.slice(start, start + CHUNK);
      if (!(await this.readBodies(chunk))) return false;
      const events = chunk.flatMap(({ event }) => event ?? []);
      await this.around.prepare(events);
      for (const event of events) this.around.deliver(event);
      for (const one of chunk) one.event = null;
    }
    return true;
  }

  /** Fills in what has not come with the look. False where the log does not hold all of it any more. */
  private async readBodies(wanted: Seen[]): Promise<boolean> {
    const missing = wanted.filter(({ event }) => !event);
    for (let start = 0; start < missing.length; start += CHUNK) {
      const read = await readEvents(missing.slice(start, start + CHUNK), this.mark.position);
      if (!read) return false;
      const byId = new Map(read.map((event) => [event.id, event]));
      for (const one of missing) one.event ??= byId.get(one.id) ?? null;
    }
    return true;
  }

  /** While nobody is here, what is new is for nobody. False where that, or the history, has changed meanwhile. */
  private async skip(): Promise<boolean> {
    const mark = await readMark();
    if (!mark || !follows(mark, this.mark) || this.around.isAnybodyHere()) return false;
    this.readUpTo(mark);
    return true;
  }

  private readUpTo(mark: LogMark): void {
    this.mark = mark;
    for (const [id, xid] of this.delivered) if (isRead(mark, xid)) this.delivered.delete(id);
  }

  /** What clients hold may never have happened, or lack what is not read here any more. */
  private async beginAnew(): Promise<void> {
    await renewEpoch();
    this.mark = await presentMark();
    this.delivered.clear();
    this.around.startOver();
  }
}
