import "server-only";
import { openChannel, type Said } from "./channel";
import type { LoggedEvent } from "./kinds";

/** What one server says of a user to the others: who is online is stored nowhere. */
export type PresenceHint = `online ${string}` | `offline ${string}` | `met ${string}`;

/** "How many of a group are online with you?", and the answer. */
export type CountHint = `count ${string}` | `counted ${string} ${number}`;

/** Topics and sessions that a hint names at most; where there are more it names none, which means any. */
const TOPICS_MAX = 50;
const SESSIONS_MAX = 20;

/** Bytes of the events that are held to be said; further ones are named by their topics. */
const EVENTS_BYTES_MAX = 100_000;

/** Stands for the commas of an event, which separate words. JSON has it nowhere: in a string it would be escaped. */
const COMMA = "\x1f";

/** Milliseconds between two signs of life of a server, and without one until it counts as gone. */
const HERE_EVERY_MS = 5_000;
const SILENT_MS = 16_000;

type Listeners = {
  /** Something was committed in a topic: it is read where somebody listens, and null where that cannot be done. */
  onEvent(topic: string, read: () => LoggedEvent | null): void;
  /** Something was committed, in these topics; null where it may be in any. */
  onEvents(topics: string[] | null): void;
  /** These sessions are over; null where it may be any. */
  onSessions(sessionIds: string[] | null): void;
  /** @param from a number for each other server. */
  onPresence(hint: PresenceHint, from: number): void;
  onCount(hint: CountHint, from: number): void;
  /** The channel is open, for the first time or again: something may have been missed. */
  onOpen(): void;
  /** Another server is heard of for the first time. */
  onMet(): void;
  /** What a server said, or with null any of them, may have been missed; it introduces itself anew. */
  onDoubt(server: number | null): void;
  /** Another server has not been heard of for a while. */
  onGone(server: number): void;
  /** Whether anybody has a stream open here: nothing else needs hints of events. */
  isListening(): boolean;
};

/** Another server: when it was last heard of, and whether anybody has a stream open there. */
type Other = { heardAt: number; listens: boolean };

/**
 * How servers wake one another, and tell who is online. What the channel loses, polling finds.
 *
 * What is said is a list of words. "events" and "sessions" say "look" after a commit, and the tables are the truth;
 * words that begin with "+" name the topics, and with "-" the sessions, that they are about, where these are few; one that
 * begins with "=" is an event itself, behind its topic. "online", "offline" and "met" tell of a user, "count" asks how many
 * of a group are online, and "counted" answers. "hello" asks the others to make themselves known, "was…" tells them what
 * they knew this server by, "here" is a sign of life, and "idle" beside it says that nobody has a stream open there, so that
 * hints of events can be spared. A server of an earlier version sends none of these, and passes over them.
 */
export class Hints {
  private readonly channel = openChannel({
    onOpen: (id) => this.opened(id),
    onWords: (words, from) => this.heard(words, from),
  });
  /** What is to be said, each with what it is about, up to as much as a hint can name. */
  private readonly words = new Set<string>();
  private readonly topics = new Named(TOPICS_MAX);
  private events: (Said & { topic: string })[] = [];
  private eventsBytes = 0;
  private readonly sessions = new Named(SESSIONS_MAX);
  private sending = false;
  /** What the others know this server by: its last connection. */
  private known: number | null = null;

  private readonly others = new Map<number, Other>();
  private readonly alive = setInterval(() => this.keepAlive(), HERE_EVERY_MS).unref();

  constructor(private readonly listeners: Listeners) {}

  /** Tells the other servers, soon, what was committed. Lost where the channel is dead. */
  committed(event: LoggedEvent): void {
    if (!this.isHeard()) return;
    const word = toWord(event);
    const bytes = Buffer.byteLength(word) + "events,,".length;
    if (bytes <= this.channel.bytesMax && this.eventsBytes + bytes <= EVENTS_BYTES_MAX) {
      this.events.push({ words: ["events", word], topic: event.topic });
      this.eventsBytes += bytes;
    } else this.topics.add([event.topic]);
    this.send("events");
  }

  /** The same of what the others are to read themselves: in which topics; null where they are many. */
  committedIn(topics: readonly string[] | null): void {
    if (!this.isHeard()) return;
    this.topics.add(topics);
    this.send("events");
  }

  /** The same of sessions that are over. */
  sessionsEnded(sessionIds: readonly string[]): void {
    if (this.others.size === 0) return;
    this.sessions.add(sessionIds);
    this.send("sessions");
  }

  /** Tells the others something of the moment. */
  tell(hint: PresenceHint | CountHint): void {
    if (this.others.size > 0) this.send(hint);
  }

  /** Other servers that are known. */
  get othersKnown(): number {
    return this.others.size;
  }

  /** What the others know this server by; null until it has spoken to them. */
  get ownId(): number | null {
    return this.known;
  }

  /** The first stream here has opened: from now on the others' events matter. */
  listening(): void {
    if (this.others.size > 0) this.send("here");
  }

  /** Somebody here listens to a topic, or nobody does any more. */
  listen(topic: string): void {
    this.channel.listen(topic);
  }

  ignore(topic: string): void {
    this.channel.ignore(topic);
  }

  async stop(): Promise<void> {
    clearInterval(this.alive);
    await this.channel.stop();
  }

  private isHeard(): boolean {
    for (const { listens } of this.others.values()) if (listens) return true;
    return false;
  }

  private send(word: string): void {
    // The latest word on somebody has to stand behind an earlier one.
    this.words.delete(word);
    this.words.add(word);
    if (!this.sending) void this.flush();
  }

  private keepAlive(): void {
    this.send("here");
    for (const [server, { heardAt }] of this.others) {
      if (Date.now() - heardAt < SILENT_MS) continue;
      this.others.delete(server);
      this.listeners.onGone(server);
    }
  }

  private heard(words: string[], from: number): void {
    const before = this.others.get(from);
    const saysSo = words.includes("here") || words.includes("hello");
    const listens = saysSo ? !words.includes("idle") : (before?.listens ?? true);
    this.others.set(from, { heardAt: Date.now(), listens });
    // Who says hello again has missed what was said meanwhile.
    if (!before || words.includes("hello")) this.listeners.onMet();
    // What was committed before this is known was not hinted at.
    else if (listens && !before.listens) this.committedIn(null);
    const named = (sign: string) => {
      const names = words.filter((word) => word.startsWith(sign)).map((word) => word.slice(1));
      return names.length > 0 ? names : null;
    };
    for (const word of words) {
      if (word === "hello") this.send("here");
      else if (/^was\d+$/.test(word)) this.listeners.onDoubt(Number(word.slice(3)));
      else if (word === "events") this.heardOfEvents(named("="), named("+"));
      else if (word === "sessions") this.listeners.onSessions(named("-"));
      else if (/^(online|offline|met) /.test(word)) this.listeners.onPresence(word as PresenceHint, from);
      else if (/^count(ed)? /.test(word)) this.listeners.onCount(word as CountHint, from);
    }
  }

  private heardOfEvents(events: string[] | null, topics: string[] | null): void {
    for (const text of events ?? []) {
      const end = text.indexOf(":");
      // As a server of the version before writes one: any topic may be meant.
      if (end < 0) return this.listeners.onEvents(null);
      this.listeners.onEvent(text.slice(0, end), () => fromText(text.slice(end + 1)));
    }
    if (topics || !events) this.listeners.onEvents(topics);
  }

  /** All that is to be said now. */
  private take(): Said[] {
    const said: Said[] = [];
    if (this.words.delete("events")) {
      // Where any topic may be meant, events go without saying.
      if (this.topics.isAny) said.push({ words: ["events"] });
      else said.push(...this.topics.all().map((topic) => ({ words: ["events", `+${topic}`], topic })), ...this.events);
      this.forgetEvents();
    }
    if (this.words.delete("sessions")) {
      said.push({ words: ["sessions", ...this.sessions.all().map((id) => `-${id}`)] });
      this.sessions.clear();
    }
    for (const word of this.words) {
      const isIdle = (word === "here" || word === "hello") && !this.listeners.isListening();
      said.push({ words: isIdle ? [word, "idle"] : [word] });
    }
    this.words.clear();
    return said;
  }

  private forgetEvents(): void {
    this.topics.clear();
    this.events = [];
    this.eventsBytes = 0;
  }

  private async flush(): Promise<void> {
    this.sending = true;
    while (this.channel.isOpen && this.words.size > 0) await this.channel.say(this.take());
    this.words.clear();
    this.sessions.clear();
    this.forgetEvents();
    this.sending = false;
  }

  /** The channel is open, for the first time or again. */
  private opened(id: number): void {
    this.send("hello");
    if (this.known !== null) {
      this.send(`was${this.known}`);
      this.listeners.onDoubt(null);
    }
    this.known = id;
    this.listeners.onOpen();
  }
}

/** What hints are about: so many names, or none where there would be more. */
class Named {
  private readonly names = new Set<string>();
  isAny = false;

  constructor(private readonly max: number) {}

  add(names: readonly string[] | null): void {
    for (const name of names ?? []) if (this.names.size <= this.max) this.names.add(name);
    this.isAny ||= names === null || this.names.size > this.max;
  }

  /** None where any is meant. */
  all(): string[] {
    return this.isAny ? [] : [...this.names];
  }

  clear(): void {
    this.names.clear();
    this.isAny = false;
  }
}

/** An event of this version's shape. Another shape takes another sign. */
function toWord(event: LoggedEvent): string {
  return `=${event.topic}:${JSON.stringify(event).replaceAll(",", COMMA)}`;
}

/** Null for what is no event: the log tells. */
function fromText(text: string): LoggedEvent | null {
  try {
    const event: LoggedEvent = JSON.parse(text.replaceAll(COMMA, ","));
    if (event.type === "message") event.message.created_at = new Date(event.message.created_at);
    return event;
  } catch {
    return null;
  }
}
