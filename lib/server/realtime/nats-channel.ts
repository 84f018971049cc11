import "server-only";
import { createHash, createHmac, randomInt } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import { config } from "../config";
import { log } from "../log";
import type { Channel, ChannelListeners, Said } from "./channel";
import { epoch } from "./epoch";

/** What NATS takes in one message is 1 MiB unless it is configured; less than that goes through without a pause. */
const BYTES_MAX = 65_536;

/**
 * Subjects that topics are spread over. A server takes what is said on those that its own topics fall to, so it holds so
 * many subscriptions at most, however many topics it has; what else comes on them it passes over.
 */
const SUBJECTS = 16_384;

/** Milliseconds between signs of life that are asked for; where two are missing, the connection counts as dead. */
const PING_MS = 2_000;
const CONNECT_MS = 5_000;
const RECONNECT_MS = 250;

/**
 * NATS, which passes on what is said about a topic only to servers at which somebody listens to one of its subject, and keeps
 * nothing. The name of all subjects follows from AUTH_SECRET, which is the same on all servers of a database, so that several
 * Parleys can share one NATS; what comes from another history, such as a copy of the database, is not heard.
 */
export class NatsChannel implements Channel {
  readonly bytesMax = BYTES_MAX;
  private readonly id = randomInt(2 ** 31);
  private readonly name = `parley.${createHmac("sha256", config().AUTH_SECRET).update("bus").digest("hex").slice(0, 16)}`;
  private connection: NatsConnection | null = null;
  private open = false;
  private stopped = false;
  /** How many topics of this server fall to each subject, and by which subscription they are heard. */
  private readonly heard = new Map<string, { topics: number; subscription: Subscription | null }>();

  constructor(
    url: string,
    private readonly listeners: ChannelListeners,
  ) {
    void this.connect(url);
  }

  get isOpen(): boolean {
    return this.open;
  }

  async say(said: readonly Said[]): Promise<void> {
    try {
      const from = `${await epoch()},${this.id}`;
      const everybody: string[] = [];
      for (const { words, topic } of said) {
        if (topic === undefined) everybody.push(...words);
        else this.connection?.publish(this.subjectOf(topic), [from, ...words].join(","));
      }
      for (const words of inParts(everybody)) this.connection?.publish(`${this.name}.all`, [from, ...words].join(","));
    } catch (error) {
      log.debug({ err: error }, "a hint could not be sent");
    }
    // The client writes at the end of this turn of the event loop.
    await turn();
  }

  listen(topic: string): void {
    const subject = this.subjectOf(topic);
    const known = this.heard.get(subject);
    if (known) known.topics++;
    else this.heard.set(subject, { topics: 1, subscription: this.connection ? this.subscribe(this.connection, subject) : null });
  }

  ignore(topic: string): void {
    const subject = this.subjectOf(topic);
    const known = this.heard.get(subject);
    if (!known || --known.topics > 0) return;
    this.heard.delete(subject);
    if (this.connection?.isClosed() === false) known.subscription?.unsubscribe();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.open = false;
    await this.connection?.close().catch(() => {});
  }

  /** Tries until NATS can be reached. From then on the client connects again by itself, with all its subscriptions. */
  private async connect(url: string): Promise<void> {
    const { connect } = await import("@nats-io/transport-node");
    while (!this.stopped) {
      try {
        const connection = await connect({
          ...toOptions(url),
          name: "parley",
          noEcho: true,
          timeout: CONNECT_MS,
          maxReconnectAttempts: -1,
          ignoreAuthErrorAbort: true,
          reconnectTimeWait: RECONNECT_MS,
          reconnectJitter: RECONNECT_MS,
          pingInterval: PING_MS,
          maxPingOut: 2,
        });
        if (this.stopped) return void connection.close();
        this.begin(connection);
        return await this.watch(connection);
      } catch (error) {
        log.warn({ err: error }, "the bus cannot be reached; polling goes on");
        await new Promise((resolve) => setTimeout(resolve, CONNECT_MS).unref());
      }
    }
  }

  private begin(connection: NatsConnection): void {
    this.connection = connection;
    this.subscribe(connection, `${this.name}.all`);
    for (const [subject, known] of this.heard) known.subscription = this.subscribe(connection, subject);
    this.opened();
  }

  private async watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "disconnect") {
        this.open = false;
        if (!this.stopped) log.warn("the connection to the bus was lost; polling goes on");
      } else if (type === "reconnect") this.opened();
    }
  }

  private opened(): void {
    this.open = true;
    this.listeners.onOpen(this.id);
  }

  private subscribe(connection: NatsConnection, subject: string): Subscription {
    return connection.subscribe(subject, { callback: (error, message) => (error ? undefined : void this.hear(message.string())) });
  }

  private async hear(text: string): Promise<void> {
    const [history, from, ...words] = text.split(",");
    // Known but for the first time, so what is said keeps its order.
    if (history === (await epoch().catch(() => null))) this.listeners.onWords(words, Number(from));
  }

  private subjectOf(topic: string): string {
    return `${this.name}.${createHash("md5").update(topic).digest().readUInt32LE() % SUBJECTS}`;
  }
}

/** Words of one message, and of as many as it takes. */
function inParts(words: string[]): string[][] {
  const parts: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const word of words) {
    bytes += word.length + 1;
    if (bytes > BYTES_MAX) {
      parts.push([]);
      bytes = word.length;
    }
    parts.at(-1)?.push(word);
  }
  return parts;
}

function toOptions(url: string) {
  const { protocol, hostname, port, username, password } = new URL(url);
  return {
    servers: `${hostname}:${port || 4222}`,
    ...(protocol === "tls:" ? { tls: {} } : {}),
    ...(username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {}),
  };
}
