import pg from "pg";

/** Transactions that make life hard for a log that is read while it is written. */
export interface Disturbance {
  /** Resolves to how many transactions were rolled back, or connections killed. */
  stop(): Promise<number>;
}

/**
 * Writes events and takes message numbers in transactions that are rolled back, and keeps writing transactions open for
 * a while, over and over. Numbers of messages, ids of events and ids of transactions get gaps and overtake one another.
 */
export function disturb(databaseUrl: string, conversationIds: string[], userId: string): Disturbance {
  let stopped = false;
  const connections = [abort, holdOpen].map(async (trouble) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on("error", () => {});
    await client.connect();
    let round = 0;
    for (; !stopped; round++) await trouble(client, conversationIds[round % conversationIds.length] as string, userId);
    await client.end();
    return round;
  });
  return {
    async stop() {
      stopped = true;
      const [aborted = 0] = await Promise.all(connections);
      return aborted;
    },
  };
}

async function abort(client: pg.Client, conversationId: string, userId: string): Promise<void> {
  await client.query("BEGIN");
  await client.query("UPDATE conversations SET last_seq = last_seq + 1 WHERE id = $1", [conversationId]);
  await client.query(EVENT, [conversationId, userId]);
  await client.query("SELECT pg_sleep(random() * 0.005)");
  await client.query("ROLLBACK");
}

/** Takes its place in the log early and is committed late: what comes meanwhile overtakes it. */
async function holdOpen(client: pg.Client, conversationId: string, userId: string): Promise<void> {
  await client.query("BEGIN");
  await client.query(EVENT, [conversationId, userId]);
  await client.query("SELECT pg_sleep(random() * 0.2)");
  await client.query("COMMIT");
}

const EVENT = `INSERT INTO events (xid, type, conversation_id, user_id, seq)
               VALUES (pg_current_xact_id()::text::bigint, 'read', $1, $2, 0)`;

/** Kills the hint connections of all servers as often as they come back. */
export function silenceHints(databaseUrl: string): Disturbance {
  let stopped = false;
  const silencing = (async () => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    let killed = 0;
    while (!stopped) {
      const { rowCount } = await client.query(`SELECT pg_terminate_backend(pid), pg_sleep(0.02) FROM pg_stat_activity
                          WHERE datname = current_database() AND application_name = 'parley hints'`);
      killed += rowCount ?? 0;
    }
    await client.end();
    return killed;
  })();
  return {
    async stop() {
      stopped = true;
      return silencing;
    },
  };
}
