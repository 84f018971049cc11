import "server-only";
import type pg from "pg";
import { config } from "../config";
import { DatabaseClient } from "../database-client";
import { log } from "../log";

/** PostgreSQL's name for it. */
const NAME = "parley";

/** Bytes that PostgreSQL takes in one notification, less one. */
export const PAYLOAD_BYTES_MAX = 7_999;

const RECONNECT_MAX_MS = 5_000;

/** Milliseconds without an answer after which a connection counts as dead, though nobody has closed it. */
const ANSWER_MS = 5_000;

type Listeners = {
  /** It is open, for the first time or again. `id` is what the others know this server by from now on. */
  onOpen(id: number): void;
  /** @param from the id of another server. */
  onPayload(payload: string, from: number): void;
};

/**
 * What the servers of one database call to one another through it: LISTEN and NOTIFY on a connection of its own, because
 * a pooler in transaction mode does not carry LISTEN. It comes back by itself, and what is said meanwhile is lost.
 */
export class Channel {
  /** The connection, once it is open. */
  private client: pg.Client | null = null;
  /** The connection that is being opened. */
  private opening: pg.Client | null = null;
  private attempts = 0;
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(private readonly listeners: Listeners) {
    void this.connect();
  }

  get isOpen(): boolean {
    return this.client !== null;
  }

  /** Says something of at most {@link PAYLOAD_BYTES_MAX} bytes to all others; lost where the connection is. Never rejects. */
  async send(payload: string): Promise<void> {
    const { client } = this;
    try {
      await client?.query({ name: "hint", text: "SELECT pg_notify($1, $2)", values: [NAME, payload] });
    } catch (error) {
      log.debug({ err: error }, "a hint could not be sent");
      client?.connection.stream.destroy();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.retry) clearTimeout(this.retry);
    this.opening?.connection.stream.destroy();
    await this.client?.end().catch(() => {});
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
      if (processId !== idOf(client)) this.listeners.onPayload(payload ?? "", processId);
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
