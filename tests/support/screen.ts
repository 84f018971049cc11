import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "@/lib/protocol/messages";
import { isMessage, type Received } from "./event-stream";
import { Follower } from "./follower";

/**
 * What somebody has before them who does as Parley's own client does: takes what the stream brings, comes back whatever
 * happens, and loads everything afresh where the stream says `reset`.
 */
export class Screen {
  resets = 0;
  /** What should never be seen: a message out of its turn, or in the place of another. */
  readonly faults: string[] = [];
  readonly live: Promise<void>;
  private shown = new Map<string, Map<number, Message>>();
  private readonly follower: Follower;
  private loading = false;

  /** @param url is asked for at every request. */
  constructor(
    private readonly url: () => string,
    private readonly token: string,
    private readonly talks: readonly string[],
  ) {
    this.follower = new Follower(url, token, { retryMs: () => 20 + Math.random() * 100, onEvent: (event) => this.take(event) });
    this.live = this.follower.live;
  }

  /** The ids of a conversation's messages, in the order of their numbers. */
  ids(talk: string): string[] {
    return this.numbered(talk).map(({ id }) => id);
  }

  contents(talk: string): string[] {
    return this.numbered(talk).map(({ content }) => content);
  }

  stop(): Promise<void> {
    return this.follower.stop();
  }

  private numbered(talk: string): Message[] {
    return [...(this.shown.get(talk)?.values() ?? [])].sort((one, other) => one.seq - other.seq);
  }

  private take(event: Received): void {
    if (event.name === "reset") void this.reload();
    else if (isMessage(event) && event.id) this.show(event.data, this.loading);
  }

  private show(message: Message, inAnyOrder: boolean): void {
    const { conversationId: talk, seq, id } = message;
    const messages = this.shown.get(talk) ?? new Map<number, Message>();
    this.shown.set(talk, messages);
    const there = messages.get(seq);
    if (there && there.id !== id) this.faults.push(`${message.content} in the place of ${there.content}`);
    if (!there && !inAnyOrder && seq !== messages.size + 1) this.faults.push(`${message.content} is ${seq} after ${messages.size}`);
    messages.set(seq, message);
  }

  /** What comes meanwhile joins what is loaded. One that a further reset overtakes is given up. */
  private async reload(): Promise<void> {
    this.resets++;
    this.loading = true;
    const shown = new Map<string, Map<number, Message>>();
    this.shown = shown;
    const loaded = await Promise.all(this.talks.map((talk) => wholeTalk(this.url, this.token, talk)));
    if (this.shown !== shown) return;
    for (const message of loaded.flat()) this.show(message, true);
    this.loading = false;
  }
}

/** A whole conversation, page by page, oldest first: until it is answered. */
export async function wholeTalk(url: () => string, token: string, talk: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (let before = ""; ; before = `&before=${messages[0]?.id}`) {
    const page = await persistently(() =>
      fetch(`${url()}/api/conversations/${talk}/messages?limit=100${before}`, { headers: { Authorization: `Bearer ${token}` } }),
    );
    if (page.length === 0) return messages;
    messages.unshift(...page.reverse());
  }
}

async function persistently(ask: () => Promise<Response>): Promise<Message[]> {
  for (;;) {
    const response = await ask().catch(() => null);
    if (response?.ok) return response.json();
    if (response && response.status < 500) throw new Error(`${response.status}: ${await response.text()}`);
    await sleep(20 + Math.random() * 80);
  }
}
