import "server-only";
import type pg from "pg";
import { config } from "../config";
import { DatabaseClient } from "../database-client";
import { log } from "../log";

/**
 * What servers tell each other. "events" and "sessions" say "look" after a commit; the tables are the
 * truth. "hello" asks the others to make themselves known, and "here" is a sign of life.
 */
export type Hint = "events" | "sessions" | "hello" | "here" | `online ${string}` | `offline ${string}`;

const CHANNEL = "parley";

/** Milliseconds between two notifications: what is due in between shares one. */
const COALESCE_MS = 2;

/** Hints in one notification. PostgreSQL takes 7,999 bytes, and the longest hint has 45 with its comma. */
const BATCH = 150;

const RECONNECT_MAX_MS = 5_000;

/** Milliseconds without an answer after which a connection counts as dead, though nobody has closed it. */
const ANSWER_MS = 5_000;

/** Milliseconds between two signs of life of a server, and without one until it counts as gone. */
const HERE_EVERY_MS = 5_000;
const SILENT_MS = 16_000;

type Listeners = {
  /** @param from a number for each other server. */
  onHint(hint: Hint, from: number): void;
  /** The channel is open, for the first time or again: something may have been missed. */
  onOpen(): void;
  /** Another server is heard of for the first time. */
  onMet(): void;
  /** Another server has not been heard of for a while. */
  onGone(server: number): void;
};

/**
 * The wake-up channel between servers: LISTEN and NOTIFY on a connection of its own, because a pooler in
 * transaction mode does not carry LISTEN. It comes back by itself; while it is dead, polling finds all.
 */
export class Hints {
  /** The connection, once it is open. */
  private client: pg.Client | null = null;
  /** The connection that is being opened. */
  private opening: pg.Client | null = null;
  private readonly due = new Set<Hint>();
  private sending = false;
  private attempts = 0;
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;

  /** When each other server was last heard of. */
  private readonly others = new Map<number, number>();
  private readonly alive = setInterval(() => this.keepAlive(), HERE_EVERY_MS).unref();

  constructor(private readonly listeners: Listeners) {
    void this.connect();
  }

  /** Tells the other servers, soon. Lost where the channel is dead, and not sent where nobody would hear it. */
  send(hint: Hint): void {
    if (this.others.size === 0 && hint !== "hello" && hint !== "here") return;
    // The latest word on somebody has to stand behind an earlier one.
    this.due.delete(hint);
    this.due.add(hint);
    if (!this.sending) void this.flush();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.alive);
    if (this.retry) clearTimeout(this.retry);
    this.opening?.connection.stream.destroy();
    await this.client?.end().catch(() => {});
  }

  private keepAlive(): void {
    this.send("here");
    for (const [server, heardAt] of this.others) {
      if (Date.now() - heardAt < SILENT_MS) continue;
      this.others.delete(server);
      this.listeners.onGone(server);
    }
  }

  private heard(payload: string, from: number): void {
    const met = !this.others.has(from);
    this.others.set(from, Date.now());
    if (met) this.listeners.onMet();
    for (const hint of payload.split(",") as Hint[]) {
      if (hint === "hello") this.send("here");
      this.listeners.onHint(hint, from);
    }
  }

  private async flush(): Promise<void> {
    this.sending = true;
    while (this.client && this.due.size > 0) {
      const batch = [...this.due].slice(0, BATCH);
      for (const hint of batch) this.due.delete(hint);
      try {
        await this.client.query({ name: "hint", text: "SELECT pg_notify($1, $2)", values: [CHANNEL, batch.join(",")] });
      } catch (error) {
        log.debug({ err: error }, "a hint could not be sent");
        this.client?.connection.stream.destroy();
      }
      await new Promise((resolve) => setTimeout(resolve, COALESCE_MS));
    }
    this.due.clear();
    this.sending = false;
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
      if (processId === (client as unknown as { processID: number }).processID) return;
      this.heard(payload ?? "", processId);
    });
    try {
      await client.connect();
      if (await client.isPooled()) return this.giveUp(client);
      // A hint writes nothing that has to survive, so it need not wait for the disk.
      await client.query(`SET synchronous_commit = off; LISTEN ${CHANNEL}`);
    } catch (error) {
      return onLost(error as Error);
    }
    if (lost || this.stopped) return;
    this.opening = null;
    this.client = client;
    this.attempts = 0;
    this.send("hello");
    this.listeners.onOpen();
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
