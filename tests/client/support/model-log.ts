import { PING, type StreamEvent } from "@/lib/protocol/events";
import { ModelSource } from "./model-source";

type Logged = { id: number; people: readonly string[]; of: (viewer: string) => StreamEvent };

/** What has happened, and the streams that tell of it. The cursor lags behind, so that a replay repeats. */
export abstract class ModelLog {
  readonly streams = new Set<ModelSource>();
  private log: Logged[] = [];
  private xid = 1;
  /** What cursors say: it may lag behind the log. */
  private position = 1;
  private pruned = 0;
  private epoch = 1;

  /** Whether a replay tells somebody of it, as things are now. */
  protected abstract mayHear(userId: string, event: StreamEvent): boolean;

  /** The log forgets all that has happened so far. */
  prune(): void {
    this.settleLog();
    this.log = [];
    this.pruned = this.xid - 1;
  }

  /** Cursors catch up with the log. */
  settleLog(): void {
    this.position = this.xid;
  }

  beat(): void {
    for (const stream of this.streams) stream.push(PING, this.cursor(0), 0);
  }

  open(userId: string, url: string): ModelSource {
    const source = new ModelSource(userId, () => this.streams.delete(source));
    this.streams.add(source);
    const from = new Set(new URL(url, "http://parley.test").searchParams.getAll("lastEventId"));
    const cursors = [...from].map((cursor) => cursor.split("-").map(Number) as [number, number, number]);
    const position = Math.min(...cursors.map(([, position]) => position));
    const eventId = cursors.length === 1 ? cursors[0]?.[2] : 0;
    const reachable = cursors.every(([epoch]) => epoch === this.epoch) && position > this.pruned;
    source.opens();
    if (!reachable) {
      source.send({ type: "reset" }, this.cursor(0));
      return source;
    }
    const missed = this.log.filter((logged) => logged.id >= position);
    for (const { id, people, of } of missed) {
      const resume = `${this.epoch}-${Math.min(id + 1, Math.max(this.position, position))}-${id}`;
      if (people.includes(userId) && id !== eventId && this.mayHear(userId, of(userId))) source.send(of(userId), resume);
    }
    source.send({ type: "ready" }, this.cursor(0));
    return source;
  }

  protected publish(people: readonly string[], of: (viewer: string) => StreamEvent): void {
    const id = this.xid++;
    this.log.push({ id, people, of });
    for (const stream of this.streams) if (people.includes(stream.userId)) stream.send(of(stream.userId), this.cursor(id));
  }

  protected cursor(eventId: number): string {
    return `${this.epoch}-${this.position}-${eventId}`;
  }

  /** The database was put back to an earlier state. Streams end. */
  protected beginAnew(): void {
    this.epoch++;
    for (const stream of [...this.streams]) stream.cut();
  }

  protected forgetLog(): void {
    this.log = [];
  }
}
