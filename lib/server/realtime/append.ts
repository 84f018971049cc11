import "server-only";
import type { EventKind } from "./kinds";

type Columns = {
  /** Who hears of it: a conversation's participants, or one user. */
  topic: string;
  /** Whose doing or whose state it is. */
  actor: string;
  /** A message, or of a user's own place the conversation. */
  subject?: string;
  seq?: string;
  data?: string;
};

/**
 * The one way into the log: a query that writes an event for each row of `rows`, to stand in the statement, or at least in
 * the transaction, that changes what it tells of. Columns are SQL over those rows.
 *
 * Whatever changes a conversation locks its row first and its participants after that, and writes its events under that
 * lock: so ids and commits have one order within a topic, and no two changes wait for each other.
 */
export function append(
  kind: EventKind,
  rows: string,
  { topic, actor, subject = "NULL::uuid", seq = "NULL::int", data = "NULL::jsonb" }: Columns,
): string {
  return `INSERT INTO events (xid, type, conversation_id, message_id, user_id, seq, data)
          SELECT pg_current_xact_id()::text::bigint, '${kind}'::event_type, ${topic}, ${subject}, ${actor}, ${seq}, ${data} FROM ${rows}`;
}
