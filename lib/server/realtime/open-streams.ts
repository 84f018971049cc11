import "server-only";
import type { Stream } from "./stream";

/** Somebody with streams open in this process. */
export type Listener = {
  readonly userId: string;
  readonly streams: Set<Stream>;
  /** What they listen to beside what concerns themselves. */
  readonly topics: Set<string>;
  /** Resolves once the topics are known; null where they have not been looked up, or could not be. */
  loaded: Promise<void> | null;
};

/** The open streams of this process, by whose they are. */
export class OpenStreams {
  private readonly listeners = new Map<string, Listener>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get userIds(): Iterable<string> {
    return this.listeners.keys();
  }

  of(userId: string): Listener | undefined {
    return this.listeners.get(userId);
  }

  *all(): Iterable<Stream> {
    for (const { streams } of [...this.listeners.values()]) yield* [...streams];
  }

  add(stream: Stream): Listener {
    const { userId } = stream;
    const listener = this.listeners.get(userId) ?? { userId, streams: new Set(), topics: new Set(), loaded: null };
    this.listeners.set(userId, listener);
    listener.streams.add(stream);
    this.count++;
    return listener;
  }

  /** Gives the listener whose last stream this was, if it was. Harmless when repeated. */
  remove(stream: Stream): Listener | null {
    const listener = this.listeners.get(stream.userId);
    if (!listener?.streams.delete(stream)) return null;
    this.count--;
    if (listener.streams.size > 0) return null;
    this.listeners.delete(stream.userId);
    return listener;
  }
}
