import "server-only";
import type { Statement } from "./db";
import { append } from "./realtime/append";

/** What became of one of them. */
export type SentRow = {
  id: string;
  /** Null where the conversation was held by somebody else, or its sender was removed while they waited for it. */
  seq: number | null;
  created_at: Date;
  earlier_id: string | null;
  earlier_content: string | null;
  message_version: number;
  xid: string;
  event_id: string;
  /** Of the participants, as the message was numbered. */
  version: number;
  kind: "direct" | "group";
  /** Both, of a direct conversation's first message. */
  audience: string[] | null;
};

const MAY_WRITE = "(h.kind = 'direct' OR p.role <> 'participant' OR NOT only_administrators_write(h.id))";

/**
 * One round trip for any number of messages. Locking the conversation's row gives the messages their numbers and, because
 * the lock is held to the commit, gives numbers, ids of events and commits one and the same order within it. The time is
 * taken under the lock too, so that it never runs against the numbers. So is the sender's place: it is looked up first, but
 * only the update or the lock of its row, which comes after that of the conversation, tells whether it is still there. Who
 * was removed while they waited for the lock sends nothing, and nothing who may not write any more: a function looks at that
 * anew, where the statement itself would see it as it was before.
 *
 * The arrays stand in sub-selects, so that the planner takes them for ten rows however many they hold: its plan for
 * any values then costs no more than one for these, and it stays with the one it has.
 * @param numbered how the messages `a` that are asked for get their numbers, as rows of `lines`
 */
function send(name: string, numbered: string): Statement {
  return {
    name,
    text: `WITH asked AS (
             SELECT * FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[]), (SELECT $3::uuid[]), (SELECT $4::text[]), (SELECT $5::uuid[]))
               WITH ORDINALITY AS a (conversation_id, sender_id, id, content, client_id, n)
           ), place AS (
             SELECT a.* FROM asked a JOIN participants p ON p.conversation_id = a.conversation_id AND p.user_id = a.sender_id
           ), earlier AS (
             SELECT a.id AS asked_id, m.* FROM place a
             JOIN messages m ON m.conversation_id = a.conversation_id AND m.sender_id = a.sender_id AND m.client_id = a.client_id
           ), ${numbered}, sent AS (
             INSERT INTO messages (id, conversation_id, seq, sender_id, content, client_id, created_at)
             SELECT id, conversation_id, seq, sender_id, content, client_id, created_at FROM lines
           ), logged AS (
             ${append("message", "lines ORDER BY seq", { topic: "conversation_id", subject: "id", actor: "sender_id", seq: "seq" })}
             RETURNING xid, id, message_id
           )
           SELECT a.id, coalesce(l.seq, e.seq) AS seq, coalesce(l.created_at, e.created_at) AS created_at,
                  e.id AS earlier_id, e.content AS earlier_content, coalesce(e.version, 1) AS message_version, g.xid, g.id AS event_id,
                  l.version, l.kind,
                  CASE WHEN l.seq = 1 AND l.kind = 'direct' THEN ARRAY(SELECT user_id FROM participants WHERE conversation_id = a.conversation_id) END AS audience
           FROM place a
           LEFT JOIN earlier e ON e.asked_id = a.id
           LEFT JOIN lines l ON l.id = a.id
           LEFT JOIN logged g ON g.message_id = a.id
           ORDER BY l.seq`,
  };
}

const NEW = "NOT EXISTS (SELECT FROM earlier e WHERE e.asked_id = a.id)";
const NUMBERED = "RETURNING c.id AS conversation_id, c.last_message_at AS created_at, c.participants_version AS version, c.kind";

/** Each of another conversation, of those that nobody holds. By far the most are sent so, in one pass over the rows that they change. */
export const SEND_APART = send(
  "send_messages_apart",
  `held AS (
     SELECT c.id, c.kind, c.last_seq FROM place a JOIN conversations c ON c.id = a.conversation_id
     WHERE ${NEW} FOR NO KEY UPDATE OF c SKIP LOCKED
   ), read AS (
     UPDATE participants p SET read_seq = h.last_seq + 1
     FROM held h JOIN place a ON a.conversation_id = h.id
     WHERE p.conversation_id = h.id AND p.user_id = a.sender_id AND ${MAY_WRITE}
     RETURNING p.conversation_id, p.read_seq AS seq
   ), numbered AS (
     UPDATE conversations c SET last_seq = read.seq, last_message_at = greatest(clock_timestamp(), c.last_message_at)
     FROM read WHERE c.id = read.conversation_id
     ${NUMBERED}
   ), lines AS (
     SELECT a.*, r.seq, n.created_at, n.version, n.kind
     FROM numbered n JOIN read r USING (conversation_id) JOIN place a USING (conversation_id)
   )`,
);

/** Several of one conversation, in the order in which they are named. Who may send is known before they are numbered, so that no number is left out. */
const several = (name: string, lock: "" | "SKIP LOCKED") =>
  send(
    name,
    `held AS (
       SELECT c.id, c.kind, c.last_seq FROM conversations c
       WHERE c.id IN (SELECT a.conversation_id FROM place a WHERE ${NEW}) FOR NO KEY UPDATE OF c ${lock}
     ), admitted AS (
       SELECT a.id, a.conversation_id, a.sender_id, a.n, h.last_seq
       FROM held h JOIN place a ON a.conversation_id = h.id
       JOIN participants p ON p.conversation_id = h.id AND p.user_id = a.sender_id
       WHERE ${NEW} AND ${MAY_WRITE} FOR NO KEY UPDATE OF p
     ), counted AS (
       SELECT id, conversation_id, sender_id, (last_seq + row_number() OVER (PARTITION BY conversation_id ORDER BY n))::int AS seq FROM admitted
     ), read AS (
       UPDATE participants p SET read_seq = s.seq
       FROM (SELECT conversation_id, sender_id, max(seq) AS seq FROM counted GROUP BY conversation_id, sender_id) s
       WHERE p.conversation_id = s.conversation_id AND p.user_id = s.sender_id
     ), numbered AS (
       UPDATE conversations c SET last_seq = s.seq, last_message_at = greatest(clock_timestamp(), c.last_message_at)
       FROM (SELECT conversation_id, max(seq) AS seq FROM counted GROUP BY conversation_id) s WHERE c.id = s.conversation_id
       ${NUMBERED}
     ), lines AS (
       SELECT a.*, s.seq, n.created_at, n.version, n.kind
       FROM counted s JOIN numbered n USING (conversation_id) JOIN place a ON a.id = s.id
     )`,
  );

/** Any number of each conversation, of those that nobody holds; and the same, which waits for whoever holds one. */
export const SEND_TOGETHER = several("send_messages", "SKIP LOCKED");
export const SEND_WAITING = several("send_messages_waiting", "");
