import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { config } from "../config";
import { DatabaseClient } from "../database-client";
import type { Statement } from "../db";
import { log } from "../log";
import type { Channel, ChannelListeners, Said } from "./channel";

/** PostgreSQL's name for it. */
const NAME = "parley";

/** Bytes that PostgreSQL takes in one notification, less one. */
const PAYLOAD_BYTES_MAX = 7_999;

const RECONNECT_MAX_MS = 5_000;

/** Milliseconds without an answer after which a connection counts as dead, though nobody has closed it. */
const ANSWER_MS = 5_000;

/** The array stands in a sub-select, so that the plan stays: as in messages.ts. */
const NOTIFY: Statement = { name: "hint", text: "SELECT pg_notify($1, said) FROM unnest((SELECT $2::text[])) said" };

/** Notifications of one statement: they share its commit. */
const TOGETHER_MAX = 20;

/**
 * Milliseconds until the next statement, at least and at most; between the two, so many times what the last one took. Each
 * takes a lock of the whole database server and wakes every backend that listens, whatever it says: where that takes long
 * there is much else to do.
 */
const REST_MS = { least: 10, most: 50 };
const REST_TIMES = 4;

/**
 * LISTEN and NOTIFY on a connection of its own, because a pooler in transaction mode does not carry LISTEN. All servers
 * hear all that is said.
 */
export class PostgresChannel implements Channel {
  readonly bytesMax = PAYLOAD_BYTES_MAX;
  /** The connection, once it is open. */
  private client: pg.Client | null = null;
  /** The connection that is being opened. */
  private opening: pg.Client | null = null;
  private attempts = 0;
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(private readonly listeners: ChannelListeners) {
    void this.connect();
  }

  get isOpen(): boolean {
    return this.client !== null;
  }

  async say(said: readonly Said[]): Promise<void> {
    const payloads = pack(said);
    for (let start = 0; start < payloads.length; start += TOGETHER_MAX) {
      const began = performance.now();
      await this.notify(payloads.slice(start, start + TOGETHER_MAX));
      const rest = REST_TIMES * (performance.now() - began);
      await sleep(Math.min(REST_MS.most, Math.max(REST_MS.least, rest)));
    }
  }

  // Everybody hears everything.
  listen(): void {}
  ignore(): void {}

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.retry) clearTimeout(this.retry);
    this.opening?.connection.stream.destroy();
    await this.client?.end().catch(() => {});
  }

  private async notify(payloads: string[]): Promise<void> {
    const { client } = this;
    try {
      await client?.query({ ...NOTIFY, values: [NAME, payloads] });
    } catch (error) {
      log.debug({ err: error }, "a hint could not be sent");
      client?.connection.stream.destroy();
    }
  }

  private async connect(): Promise<void> {
    const { DATABASE_DIRECT_URL, DATABASE_URL } = config();
    const client = new DatabaseClient({
      connectionString: DATABASE_DIRECT_URL ?? DATABASE_URL,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      application_name: "parley hints",
    });
    this.opening = client;
    let lost = false;
    const onLost = (error?: Error) => {
      if (lost) return;
      lost = true;
      if (this.client === client) this.client = null;
      void client.end().catch(() => {});
      this.reconnectLater(error);
    };
    client.on("error", onLost);
    client.on("end", () => onLost());
    // PostgreSQL tells a listener of its own hints too.
    client.on("notification", ({ processId, payload }) => {
      if (processId !== idOf(client)) this.listeners.onWords((payload ?? "").split(","), processId);
    });
    try {
      await client.connect();
      if (await client.isPooled()) return this.giveUp(client);
      // A hint writes nothing that has to survive, so it need not wait for the disk.
      await client.query(`SET synchronous_commit = off; LISTEN ${NAME}`);
    } catch (error) {
      return onLost(error as Error);
    }
    if (lost || this.stopped) return;
    this.opening = null;
    this.client = client;
    this.attempts = 0;
    this.listeners.onOpen(idOf(client));
  }

  /** Behind a pooler LISTEN hears nothing, and the setting would stay on a connection that others write by. */
  private giveUp(client: pg.Client): void {
    log.warn("a pooler stands before the database, and news of other servers are polled for: DATABASE_DIRECT_URL leads past it");
    this.stopped = true;
    void client.end();
  }

  private reconnectLater(error?: Error): void {
    if (this.stopped) return;
    if (this.attempts === 0) log.warn({ err: error }, "the hint connection was lost; polling goes on");
    const delay = Math.min(RECONNECT_MAX_MS, 100 * 2 ** this.attempts++) * (0.5 + Math.random() / 2);
    this.retry = setTimeout(() => void this.connect(), delay);
    this.retry.unref();
  }
}

/** PostgreSQL's process for a connection, by which it says where a notification comes from. */
function idOf(client: pg.Client): number {
  return (client as unknown as { processID: number }).processID;
}

/** As few notifications as carry all that is said; what is repeated is said once in each. */
function pack(said: readonly Said[]): string[] {
  const packed: Set<string>[] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { words } of said) {
    const size = words.reduce((sum, word) => sum + Buffer.byteLength(word) + 1, 0);
    if (bytes + size > PAYLOAD_BYTES_MAX) {
      packed.push(new Set());
      bytes = 0;
    }
    bytes += size;
    for (const word of words) packed.at(-1)?.add(word);
  }
  return packed.map((words) => [...words].join(","));
}
