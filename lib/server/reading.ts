import "server-only";
import type { ListQuery } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import { query, type Statement } from "./db";
import { publishTold } from "./group-changes";
import { HttpError } from "./http/errors";
import { isId } from "./ids";
import { append } from "./realtime/append";
import { hub } from "./realtime/hub";
import { toUser, USER_COLUMNS, type UserRow } from "./rows";

// By its version a reader's own screens know whether messages were marked as unread since. The first is understood.
const PLACE_VERSION = "CASE WHEN place_version > 0 THEN jsonb_build_object('placeVersion', place_version) END";
const READ_EVENT = { topic: "conversation_id", actor: "user_id", seq: "seq", data: PLACE_VERSION };
const PLACE_EVENT = { topic: "user_id", subject: "conversation_id", actor: "user_id", seq: "seq" };

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
           RETURNING p.conversation_id, p.user_id, p.read_seq AS seq, p.version AS place_version, place.kind
         ), logged AS (
           ${append("read", "moved WHERE kind = 'direct'", READ_EVENT)}
           RETURNING xid, id
         ), logged_own AS (
           ${append("place", "moved WHERE kind = 'group'", PLACE_EVENT)}
         )
         SELECT place.kind, place.version, place.seq, l.xid, l.id AS event_id, m.seq AS moved_to, m.place_version
         FROM place LEFT JOIN moved m ON true LEFT JOIN logged l ON true`,
};

type ReadRow = {
  kind: "direct" | "group";
  version: number;
  seq: number | null;
  xid: string;
  event_id: string;
  moved_to: number | null;
  place_version: number;
};

/** Everything up to now, or up to a message, counts as read; never moves backwards. Throws 404 for what the caller may not know. */
export async function readMessages(caller: { id: string }, conversationId: string, upTo?: string): Promise<void> {
  if (!isId(conversationId)) throw new HttpError("conversation_not_found");
  if (upTo !== undefined && !isId(upTo)) throw new HttpError("message_not_found");
  const [row] = await query<ReadRow>(READ, [conversationId, caller.id, upTo ?? null]);
  if (!row) throw new HttpError("conversation_not_found");
  if (row.seq === null) throw new HttpError("message_not_found");
  if (row.moved_to === null) return;
  if (row.kind === "group") return hub().publishLogged([caller.id]);
  const key = { id: Number(row.event_id), xid: Number(row.xid), topic: conversationId, version: row.version };
  hub().publish({ ...key, type: "read", userId: caller.id, seq: row.moved_to, placeVersion: row.place_version }, row.kind);
}

// Rows that somebody holds are left to them: their own send or reading of the same moment, or their removal. They are taken
// in one order, so that two such statements never wait for each other in a circle.
const READ_ALL: Statement = {
  name: "read_all",
  text: `WITH place AS (
           SELECT p.conversation_id, c.kind, c.last_seq
           FROM participants p JOIN conversations c ON c.id = p.conversation_id
           WHERE p.user_id = $1 AND p.read_seq < c.last_seq
           ORDER BY p.conversation_id FOR NO KEY UPDATE OF p SKIP LOCKED
         ), moved AS (
           UPDATE participants p SET read_seq = place.last_seq FROM place
           WHERE p.conversation_id = place.conversation_id AND p.user_id = $1 AND p.read_seq < place.last_seq
           RETURNING p.conversation_id, p.user_id, p.read_seq AS seq, p.version AS place_version, place.kind
         ), logged AS (
           ${append("read", "moved WHERE kind = 'direct'", READ_EVENT)}
         ), logged_own AS (
           ${append("place", "moved WHERE kind = 'group'", PLACE_EVENT)}
         )
         SELECT CASE kind WHEN 'direct' THEN conversation_id ELSE user_id END AS topic FROM moved`,
};

/** Everything up to now counts as read, in every conversation. */
export async function readAll(caller: { id: string }): Promise<void> {
  publishTold([...new Set((await query<{ topic: string }>(READ_ALL, [caller.id])).map(({ topic }) => topic))]);
}

const MESSAGE: Statement = {
  name: "seen_message",
  text: `SELECT m.seq, m.sender_id, m.created_at FROM participants p
         LEFT JOIN messages m ON m.conversation_id = p.conversation_id AND m.id = $3 AND m.seq > p.from_seq
         WHERE p.conversation_id = $1 AND p.user_id = $2`,
};

const ORDER = (u: string) => `lower(coalesce(${u}.name, ${u}.username)), ${u}.id`;

// What was said before somebody joined a group counts as read by them, but they were not there. What somebody has deleted
// for themselves they have read all the same, or not: nobody learns of that.
const READERS: Statement = {
  name: "readers",
  text: `SELECT ${USER_COLUMNS} FROM participants p JOIN users u ON u.id = p.user_id
         WHERE p.conversation_id = $1 AND greatest(p.read_seq, p.told_seq) >= $2 AND p.user_id <> $3
           AND (p.joined_at IS NULL OR p.joined_at <= $6)
           AND ($4::uuid IS NULL OR (${ORDER("u")}) > (SELECT ${ORDER("v")} FROM users v WHERE v.id = $4))
         ORDER BY ${ORDER("u")} LIMIT $5`,
};

type MessageSeen = { seq: number | null; sender_id: string; created_at: Date };

/** Who has read a message, less its sender, by name. Throws 404 for what the viewer may not know. */
export async function listReaders(viewer: User, conversationId: string, messageId: string, { before, limit }: ListQuery): Promise<User[]> {
  if (!isId(conversationId)) throw new HttpError("conversation_not_found");
  if (!isId(messageId)) throw new HttpError("message_not_found");
  if (before !== undefined && !isId(before)) throw new HttpError("user_not_found");
  const [message] = await query<MessageSeen>(MESSAGE, [conversationId, viewer.id, messageId]);
  if (!message) throw new HttpError("conversation_not_found");
  if (message.seq === null) throw new HttpError("message_not_found");
  const { seq, sender_id: senderId, created_at: saidAt } = message;
  const rows = await query<UserRow>(READERS, [conversationId, seq, senderId, before ?? null, limit, saidAt]);
  return rows.map(toUser);
}
