import pg from "pg";
import { database } from "./database";
import type { Person } from "./person";

/** Takes a transaction id, and with `write` a message, the first of its conversation or another, which nobody sees before `commit`. */
export async function openTransaction(): Promise<{
  xid: number;
  write(conversationId: string, sender: Person, seq?: number): Promise<void>;
  commit(): Promise<void>;
}> {
  const client = new pg.Client({ connectionString: database() });
  client.on("error", () => {});
  await client.connect();
  await client.query("BEGIN");
  const { rows } = await client.query<{ xid: string }>("SELECT pg_current_xact_id()::text AS xid");
  return {
    xid: Number(rows[0]?.xid),
    async write(conversationId, sender, seq = 1) {
      await client.query(
        `WITH sent AS (
           INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at)
           VALUES (gen_random_uuid(), $1, $3, $2, 'late', now()) RETURNING id, seq
         )
         INSERT INTO events (xid, type, conversation_id, message_id, user_id, seq)
         SELECT pg_current_xact_id()::text::bigint, 'message', $1, id, $2, seq FROM sent`,
        [conversationId, sender.id, seq],
      );
    },
    async commit() {
      await client.query("COMMIT");
      await client.end();
    },
  };
}
