import "server-only";
import type { ChangePlaceInput, Conversation } from "@/lib/protocol/conversations";
import { reason } from "@/lib/protocol/errors/codes";
import { PINNED_MAX } from "@/lib/protocol/limits";
import type { User } from "@/lib/protocol/users";
import { ARCHIVED, SAID_SEQ } from "./conversation-views";
import { getConversation } from "./conversations";
import { query, type Statement } from "./db";
import { FieldError, HttpError } from "./http/errors";
import { isId } from "./ids";
import { append } from "./realtime/append";
import { hub } from "./realtime/hub";

/** The number of a message that the owner of place `p` may see; null where there is none. */
const seqOf = (id: string) => `(SELECT m.seq FROM messages m WHERE m.id = ${id} AND m.conversation_id = c.id AND m.seq > p.from_seq)`;

// What is not asked for stays: of each there is a flag. What is marked as unread marks nothing before it as read. Of what is
// deleted nothing is pinned or archived, nor unread, though it has not been read: no receipt tells the other of it.
const CHANGE: Statement = {
  name: "change_place",
  text: `WITH place AS (
           SELECT c.id, c.kind, ${seqOf("$10::uuid")} AS unread_from, ${seqOf("$11::uuid")} AS deleted_up_to,
                  CASE WHEN $3 THEN $4::timestamptz ELSE p.muted_until END AS muted_until,
                  coalesce($5::participant_notify, p.notify) AS notify,
                  CASE WHEN $11::uuid IS NOT NULL THEN NULL WHEN $6 THEN $7::int ELSE p.pinned END AS pinned,
                  CASE WHEN $11::uuid IS NOT NULL THEN NULL WHEN NOT $8 THEN p.archived_seq WHEN NOT $9 THEN NULL
                       WHEN ${ARCHIVED} THEN p.archived_seq ELSE ${SAID_SEQ} END AS archived_seq
           FROM participants p JOIN conversations c ON c.id = p.conversation_id
           WHERE c.id = $1 AND p.user_id = $2
         ), next AS (
           SELECT * FROM place
           WHERE ($10::uuid IS NULL OR unread_from IS NOT NULL) AND ($11::uuid IS NULL OR kind = 'direct')
         ), changed AS (
           UPDATE participants p
           SET muted_until = n.muted_until, notify = n.notify, pinned = n.pinned, archived_seq = n.archived_seq,
               from_seq = greatest(p.from_seq, n.deleted_up_to), version = p.version + 1, told_seq = greatest(p.told_seq, p.read_seq),
               read_seq = least(p.read_seq, n.unread_from - 1)
           FROM next n
           WHERE p.conversation_id = n.id AND p.user_id = $2
             AND (p.muted_until, p.notify, p.pinned, p.archived_seq, p.from_seq, p.read_seq)
               IS DISTINCT FROM (n.muted_until, n.notify, n.pinned, n.archived_seq, greatest(p.from_seq, n.deleted_up_to),
                                 least(p.read_seq, n.unread_from - 1))
           RETURNING p.conversation_id, p.user_id
         ), logged AS (
           ${append("place", "changed", { topic: "user_id", subject: "conversation_id", actor: "user_id" })}
         )
         SELECT place.kind, place.unread_from, EXISTS (SELECT FROM changed) AS changed FROM place`,
};

const PINS: Statement = {
  name: "count_pins",
  text: "SELECT count(*)::int AS count FROM participants WHERE user_id = $1 AND conversation_id <> $2 AND pinned IS NOT NULL",
};

/**
 * Changes how somebody keeps a conversation: what is not named stays, and what is so already is told no more. Deleting what
 * was deleted before changes nothing. Throws 404 for what they may not know.
 */
export async function changePlace(caller: User, conversationId: string, input: ChangePlaceInput): Promise<Conversation> {
  const { muted, notify, pinned, archived, unreadFrom, deletedUpTo } = input;
  if (!isId(conversationId)) throw new HttpError("conversation_not_found");
  for (const id of [unreadFrom, deletedUpTo]) if (id !== undefined && !isId(id)) throw new HttpError("message_not_found");
  if (pinned !== undefined && pinned !== null) await requirePinsLeft(caller, conversationId);
  const [row] = await query<{ kind: "direct" | "group"; unread_from: number | null; changed: boolean }>(CHANGE, [
    conversationId,
    caller.id,
    muted !== undefined,
    muted === undefined ? null : mutedUntil(muted),
    notify ?? null,
    pinned !== undefined,
    pinned ?? null,
    archived !== undefined,
    archived ?? false,
    unreadFrom ?? null,
    deletedUpTo ?? null,
  ]);
  if (!row) throw new HttpError("conversation_not_found");
  if (deletedUpTo !== undefined && row.kind === "group") throw new FieldError({ deletedUpTo: reason("group_not_deleted") });
  if (unreadFrom !== undefined && row.unread_from === null) throw new HttpError("message_not_found");
  if (row.changed) hub().publishLogged([caller.id]);
  return getConversation(caller, conversationId);
}

/** The last millisecond that is written with a year of four digits. */
const LAST_TIME = Date.parse("9999-12-31T23:59:59.999Z");

/** As the database takes it, which knows fewer years and time zones than people may write. What is over is not muted. */
function mutedUntil(muted: string): string | null {
  if (muted === "always") return "infinity";
  const until = muted === "no" ? 0 : Date.parse(muted);
  return until > Date.now() ? new Date(Math.min(until, LAST_TIME)).toISOString() : null;
}

async function requirePinsLeft(caller: User, conversationId: string): Promise<void> {
  const [row] = await query<{ count: number }>(PINS, [caller.id, conversationId]);
  if ((row?.count ?? 0) < PINNED_MAX) return;
  throw new FieldError({ pinned: reason("pins_full", { max: PINNED_MAX }) });
}
