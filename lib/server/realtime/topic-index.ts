import "server-only";
import type { Listener } from "./open-streams";

/** What this process knows of a topic that somebody here listens to. */
type Topic = {
  listeners: Set<Listener>;
  /** The oldest version of its participants by which one of the listeners is known to take part. */
  version: number;
  /** The number of its last message that was delivered here. */
  lastSeq: number | null;
};

/**
 * Which topics the people with an open stream here listen to: filled when the first stream of somebody opens, and changed
 * by what the log says of who takes part. Who listens may only be told of what happened under the version of the
 * participants that they are known for: somebody who was removed hears nothing from the commit on.
 *
 * It holds the topics of those who are connected, and nothing of a topic whose last listener has gone.
 */
export class TopicIndex {
  private readonly topics = new Map<string, Topic>();

  has(topic: string): boolean {
    return this.topics.has(topic);
  }

  get(topic: string): Readonly<Topic> | undefined {
    return this.topics.get(topic);
  }

  /** Somebody takes part as of a version. */
  add(topic: string, listener: Listener, version: number): void {
    const known = this.topics.get(topic);
    if (!known) this.topics.set(topic, { listeners: new Set([listener]), version, lastSeq: null });
    else {
      known.version = Math.min(known.version, version);
      known.listeners.add(listener);
    }
    listener.topics.add(topic);
  }

  /** After a look-up: of the `asked` listeners these still take part, as of a version. Others have come meanwhile. */
  keep(topic: string, asked: ReadonlySet<Listener>, stillIn: ReadonlySet<string>, version: number): void {
    const known = this.topics.get(topic);
    if (!known) return;
    const cameMeanwhile = [...known.listeners].some((listener) => !asked.has(listener));
    for (const listener of asked) if (!stillIn.has(listener.userId)) this.remove(topic, listener);
    known.version = cameMeanwhile ? Math.min(known.version, version) : version;
  }

  /** The last stream of somebody has closed. */
  drop(listener: Listener): void {
    for (const topic of listener.topics) this.remove(topic, listener);
  }

  delivered(topic: string, seq: number): void {
    const known = this.topics.get(topic);
    if (known) known.lastSeq = seq;
  }

  /** The log is read from elsewhere: which message comes next is not known. */
  forgetOrder(): void {
    for (const known of this.topics.values()) known.lastSeq = null;
  }

  private remove(topic: string, listener: Listener): void {
    listener.topics.delete(topic);
    const known = this.topics.get(topic);
    if (known?.listeners.delete(listener) && known.listeners.size === 0) this.topics.delete(topic);
  }
}
