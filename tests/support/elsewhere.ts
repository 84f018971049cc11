import { newId } from "@/lib/server/ids";
import { sql } from "./database";
import type { Person } from "./person";

/** What another server writes, as the log shows it, and what it says of it on the channel; null where it is not heard. */

export async function sendElsewhere(
  sender: Pick<Person, "id">,
  conversationId: string,
  content: string,
  hint: string | null,
): Promise<void> {
  await sql(
    `WITH numbered AS (UPDATE conversations SET last_seq = last_seq + 1 WHERE id = $2 RETURNING last_seq AS seq),
     sent AS (
       INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at)
       SELECT $1, $2, seq, $3, $4, now() FROM numbered
     )
     INSERT INTO events (xid, type, conversation_id, message_id, user_id, seq)
     SELECT pg_current_xact_id()::text::bigint, 'message', $2, $1, $3, seq FROM numbered`,
    [newId(), conversationId, sender.id, content],
  );
  await say(hint);
}

/** Somebody is added to a group, and sees what is said from then on. */
export async function addElsewhere({ id: userId }: Person, groupId: string, hint: string | null): Promise<void> {
  await sql(
    `WITH locked AS (SELECT id, last_seq FROM conversations WHERE id = $1 FOR NO KEY UPDATE),
     added AS (INSERT INTO participants (conversation_id, user_id, read_seq, from_seq) SELECT id, $2, last_seq, last_seq FROM locked)
     INSERT INTO events (xid, type, conversation_id, message_id, user_id) VALUES (pg_current_xact_id()::text::bigint, 'place', $2, $1, $2)`,
    [groupId, userId],
  );
  await say(hint);
}

async function say(hint: string | null): Promise<void> {
  if (hint !== null) await sql("SELECT pg_notify('parley', $1)", [hint]);
}
