import "server-only";
import { HttpError } from "./http/errors";

type Options = {
  /** Tasks that are under way at a time. */
  atOnce: number;
  /** Tasks that wait, of all people and of one: what comes on top is refused. */
  waitingMax: number;
  waitingOfOne: number;
  /** What is refused, with 503. */
  busy: "uploads_busy" | "streams_busy";
};

type Task = () => Promise<unknown>;

/** Seconds after which a caller who was refused may try again. */
const RETRY_S = 5;

/**
 * Work that is dear, shared out fairly: one task at a time for each person, and people take turns. However many tasks one
 * person brings, another's first waits for at most one of them.
 */
export class FairQueue {
  /** What waits for people who have nothing under way; the one whose turn is next comes first. */
  private readonly lines = new Map<string, Task[]>();
  /** People who have a task under way, and what of theirs waits behind it. */
  private readonly busy = new Map<string, Task[]>();
  private waiting = 0;

  constructor(private readonly options: Options) {}

  /** Runs a task when it is this person's turn. Throws 503, at once, where too much waits already. */
  async run<T>(personId: string, task: () => Promise<T>): Promise<T> {
    const line = this.busy.get(personId) ?? this.lines.get(personId) ?? [];
    const { waitingMax, waitingOfOne, busy } = this.options;
    if (this.waiting >= waitingMax || line.length >= waitingOfOne) throw new HttpError(busy, { retryAfter: RETRY_S });
    return new Promise<T>((resolve, reject) => {
      line.push(() => task().then(resolve, reject));
      this.waiting++;
      if (!this.busy.has(personId)) this.lines.set(personId, line);
      this.next();
    });
  }

  private next(): void {
    if (this.busy.size >= this.options.atOnce) return;
    for (const [personId, line] of this.lines) {
      const task = line.shift();
      this.lines.delete(personId);
      if (!task) continue;
      this.waiting--;
      this.busy.set(personId, line);
      void task().then(() => this.done(personId, line));
      return;
    }
  }

  private done(personId: string, line: Task[]): void {
    this.busy.delete(personId);
    if (line.length > 0) this.lines.set(personId, line);
    this.next();
  }
}
