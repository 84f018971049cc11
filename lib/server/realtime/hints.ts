import "server-only";
import pg from "pg";
import { config } from "../config";
import { log } from "../log";

/** What one server tells the others after a commit. It says "look"; the tables are the truth. */
export type Hint = "events" | "sessions";

const CHANNEL = "parley";

/** Milliseconds between two hints of one kind: commits in between share one. */
const COALESCE_MS = 2;

const RECONNECT_MAX_MS = 5_000;

/**
 * The wake-up channel between servers: LISTEN and NOTIFY on a connection of its own, because a pooler in
 * transaction mode does not carry LISTEN. It comes back by itself; while it is dead, polling finds all.
 */
export class Hints {
  private client: pg.Client | null = null;
  private readonly due = new Set<Hint>();
  private sending = false;
  private attempts = 0;
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;

  /** @param onHint also called with every kind after the channel was dead: something may have been missed. */
  constructor(private readonly onHint: (hint: Hint) => void) {
    void this.connect();
  }

  /** Tells the other servers, soon. Lost where the channel is dead. */
  send(hint: Hint): void {
    this.due.add(hint);
    if (!this.sending) void this.flush();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.retry) clearTimeout(this.retry);
    await this.client?.end().catch(() => {});
  }

  private async flush(): Promise<void> {
    this.sending = true;
    while (this.client && this.due.size > 0) {
      const payload = [...this.due].join(",");
      this.due.clear();
      try {
        await this.client.query({ name: "hint", text: "SELECT pg_notify($1, $2)", values: [CHANNEL, payload] });
      } catch (error) {
        log.debug({ err: error }, "a hint could not be sent");
      }
      await new Promise((resolve) => setTimeout(resolve, COALESCE_MS));
    }
    this.due.clear();
    this.sending = false;
  }

  private async connect(): Promise<void> {
    const { DATABASE_DIRECT_URL, DATABASE_URL } = config();
    const client = new pg.Client({
      connectionString: DATABASE_DIRECT_URL ?? DATABASE_URL,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: "parley hints",
    });
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
      for (const hint of (payload ?? "").split(",")) this.onHint(hint as Hint);
    });
    try {
      await client.connect();
      // A hint writes nothing that has to survive, so it need not wait for the disk.
      await client.query(`SET synchronous_commit = off; LISTEN ${CHANNEL}`);
    } catch (error) {
      return onLost(error as Error);
    }
    this.client = client;
    this.attempts = 0;
    this.onHint("events");
    this.onHint("sessions");
  }

  private reconnectLater(error?: Error): void {
    if (this.stopped) return;
    if (this.attempts === 0) log.warn({ err: error }, "the hint connection was lost; polling goes on");
    const delay = Math.min(RECONNECT_MAX_MS, 100 * 2 ** this.attempts++) * (0.5 + Math.random() / 2);
    this.retry = setTimeout(() => void this.connect(), delay);
    this.retry.unref();
  }
}
