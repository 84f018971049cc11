import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "@/lib/protocol/messages";
import { type EventStream, isMessage, openStream, type Received } from "./event-stream";

interface FollowOptions {
  /** Where to resume; without it the first connection begins with the present. */
  from?: string;
  /** Milliseconds until a lost connection is tried again. */
  retryMs?: () => number;
  onEvent?: (event: Received) => void;
}

/**
 * Somebody who reads on whatever happens to the connection: comes back with the last id, and drops by a message's own id
 * what a replay repeats. That is all that the contract asks of a client.
 */
export class Follower {
  /** Messages, each once, in the order of their arrival. */
  readonly messages: Message[] = [];
  repeats = 0;
  resets = 0;
  connections = 0;
  /** What each stream that ended had said last about when to come back, in milliseconds. */
  readonly retries: number[] = [];
  lastId: string;
  private readonly seen = new Set<string>();
  private stream: EventStream | null = null;
  private stopped = false;
  private readonly done: Promise<void>;
  private began: () => void = () => {};
  /** The first connection stands, and has caught up. */
  readonly live = new Promise<void>((resolve) => (this.began = resolve));

  /** @param url is asked for at every connection: a server that comes back may listen elsewhere. */
  constructor(
    private readonly url: () => string,
    private readonly token: string,
    private readonly options: FollowOptions = {},
  ) {
    this.lastId = options.from ?? "";
    this.done = this.run();
  }

  /** Ends the connection that stands, if one does; the next one follows. */
  cut(): void {
    this.stream?.cut();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cut();
    await this.done;
  }

  /** What the messages of each conversation are numbered, in the order of arrival. */
  numbers(): Map<string, number[]> {
    const numbers = new Map<string, number[]>();
    for (const { conversationId, seq } of this.messages) {
      const known = numbers.get(conversationId);
      if (known) known.push(seq);
      else numbers.set(conversationId, [seq]);
    }
    return numbers;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        const { token, lastId: from } = this;
        this.stream = await openStream(this.url(), { token, from, onEvent: (event) => this.take(event) });
        if (this.stream.status === 200) this.connections++;
        if (this.stopped) this.stream.cut();
        await this.stream.ended;
        this.retries.push(this.stream.retry() ?? 0);
      } catch {
        // Nobody listens there just now.
      }
      this.stream = null;
      await sleep(this.options.retryMs?.() ?? 5);
    }
  }

  private take(event: Received): void {
    if (event.id) this.lastId = event.id;
    if (event.name === "reset") this.resets++;
    if (event.name === "ready") this.began();
    if (isMessage(event) && event.id) {
      const { id } = event.data as Message;
      if (this.seen.has(id)) this.repeats++;
      else this.messages.push(event.data);
      this.seen.add(id);
    }
    this.options.onEvent?.(event);
  }
}

/** 1 to `last`: how the messages of a conversation are numbered. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}
