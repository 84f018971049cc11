import "server-only";
import type { Listener } from "./open-streams";

/** What this process knows of a topic that somebody here listens to. */
type Topic = {
  /** Each with the floor of their history: messages up to this number are not theirs to see. */
  listeners: Map<Listener, number>;
  /** The oldest version of its participants by which one of the listeners is known to take part. */
  version: number;
  /** Looks at the log that had begun when that was found out. Who was added meanwhile is known after the next one. */
  asOf: number;
  /** The number of its last message that was delivered here. */
  lastSeq: number | null;
};

const UNTOLD = { onHeard: () => {}, onUnheard: () => {} };

/** For a topic whose participants never change. */
export const FIXED = -1;

/**
 * To which topics the people with an open stream here listen: filled when the first stream of somebody opens, and changed
 * by what the log says of who takes part. Who listens may only be told of what happened under the version of the
 * participants that they are known for: somebody who was removed hears nothing from the commit on.
 *
 * It holds the topics of those who are connected, and nothing of a topic whose last listener has gone.
 */
export class TopicIndex {
  private readonly topics = new Map<string, Topic>();

  /** @param changes is told when the first one here begins to listen to a topic, and when the last one has gone. */
  constructor(private readonly changes: { onHeard(topic: string): void; onUnheard(topic: string): void } = UNTOLD) {}

  has(topic: string): boolean {
    return this.topics.has(topic);
  }

  get(topic: string): Readonly<Topic> | undefined {
    return this.topics.get(topic);
  }

  /** Somebody takes part as of a version, which was found out when so many looks had begun. */
  add(topic: string, listener: Listener, { version, floor }: { version: number; floor: number }, asOf: number): void {
    const known = this.topics.get(topic);
    if (!known) {
      this.topics.set(topic, { listeners: new Map([[listener, floor]]), version, asOf, lastSeq: null });
      this.changes.onHeard(topic);
    } else {
      known.version = Math.min(known.version, version);
      known.asOf = Math.max(known.asOf, asOf);
      known.listeners.set(listener, floor);
    }
    listener.topics.add(topic);
  }

  /** After a look-up: of the `asked` listeners these still take part, each with their floor. Others have come meanwhile. */
  keep(topic: string, asked: ReadonlySet<Listener>, stillIn: ReadonlyMap<string, number>, version: number, asOf: number): void {
    const known = this.topics.get(topic);
    if (!known) return;
    const cameMeanwhile = [...known.listeners.keys()].some((listener) => !asked.has(listener));
    for (const listener of asked) {
      const floor = stillIn.get(listener.userId);
      if (floor === undefined) this.remove(topic, listener);
      else if (known.listeners.has(listener)) known.listeners.set(listener, floor);
    }
    known.version = cameMeanwhile ? Math.min(known.version, version) : version;
    known.asOf = asOf;
  }

  /** The last stream of somebody has closed. */
  drop(listener: Listener): void {
    for (const topic of listener.topics) this.remove(topic, listener);
  }

  /** Somebody does not take part any more. Harmless when repeated. */
  remove(topic: string, listener: Listener): void {
    listener.topics.delete(topic);
    const known = this.topics.get(topic);
    if (!known?.listeners.delete(listener) || known.listeners.size > 0) return;
    this.topics.delete(topic);
    this.changes.onUnheard(topic);
  }

  delivered(topic: string, seq: number): void {
    const known = this.topics.get(topic);
    if (known) known.lastSeq = seq;
  }

  /** The log is read from elsewhere: which message comes next is not known. */
  forgetOrder(): void {
    for (const known of this.topics.values()) known.lastSeq = null;
  }
}
