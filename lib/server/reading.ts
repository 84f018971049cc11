import "server-only";
import { query, type Statement } from "./db";
import { notFound } from "./http/errors";
import { isId } from "./ids";
import { append } from "./realtime/append";
import { hub } from "./realtime/hub";

// What is asked for is looked up through the caller's place, and the cursor moves forward only. In a group it is the
// reader's own matter: ten thousand people would hear of each other's reading.
const READ: Statement = {
  name: "read_messages",
  text: `WITH place AS (
           SELECT p.conversation_id, c.kind, c.participants_version AS version,
                  CASE WHEN $3::uuid IS NULL THEN c.last_seq
                       ELSE (SELECT seq FROM messages WHERE id = $3 AND conversation_id = c.id AND seq > p.from_seq) END AS seq
           FROM participants p JOIN conversations c ON c.id = p.conversation_id
           WHERE p.conversation_id = $1 AND p.user_id = $2
         ), moved AS (
           UPDATE participants p SET read_seq = place.seq FROM place
           WHERE p.conversation_id = place.conversation_id AND p.user_id = $2 AND p.read_seq < place.seq
           RETURNING p.conversation_id, p.user_id, p.read_seq AS seq, place.kind
         ), logged AS (
           ${append("read", "moved WHERE kind = 'direct'", { topic: "conversation_id", actor: "user_id", seq: "seq" })}
           RETURNING xid, id
         ), logged_own AS (
           ${append("place", "moved WHERE kind = 'group'", { topic: "user_id", subject: "conversation_id", actor: "user_id", seq: "seq" })}
         )
         SELECT place.kind, place.version, place.seq, l.xid, l.id AS event_id, m.seq AS moved_to
         FROM place LEFT JOIN moved m ON true LEFT JOIN logged l ON true`,
};

type ReadRow = {
  kind: "direct" | "group";
  version: number;
  seq: number | null;
  xid: string;
  event_id: string;
  moved_to: number | null;
};

/** Everything up to now, or up to a message, counts as read; never moves backwards. Throws 404 for what the caller may not know. */
export async function readMessages(caller: { id: string }, conversationId: string, upTo?: string): Promise<void> {
  if (!isId(conversationId)) throw notFound("Conversation");
  if (upTo !== undefined && !isId(upTo)) throw notFound("Message");
  const [row] = await query<ReadRow>(READ, [conversationId, caller.id, upTo ?? null]);
  if (!row) throw notFound("Conversation");
  if (row.seq === null) throw notFound("Message");
  if (row.moved_to === null) return;
  if (row.kind === "group") return hub().publishLogged([caller.id]);
  const key = { id: Number(row.event_id), xid: Number(row.xid), topic: conversationId, version: row.version };
  hub().publish({ ...key, type: "read", userId: caller.id, seq: row.moved_to }, row.kind);
}
