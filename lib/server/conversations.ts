import "server-only";
import type { Conversation, ConversationsQuery } from "@/lib/protocol/conversations";
import type { User } from "@/lib/protocol/users";
import { LISTED, LISTED_AT, LISTED_IN_ARCHIVE, LISTED_UNREAD, listViews, selectConversations } from "./conversation-views";
import { query, type Statement } from "./db";
import { HttpError } from "./http/errors";
import { isId, newId } from "./ids";
import { findUsers } from "./users-by-name";

const ONE = selectConversations("conversation", "p.user_id = $1 AND c.id = $2");

const PAGE = `ORDER BY ${LISTED_AT} DESC, c.id DESC LIMIT $2`;

// A page goes on below where the caller left it. A conversation moves up when a message arrives in it; naming the message
// that was its last when the page was read keeps the place all the same. A quiet line moves nothing.
const BELOW = `(${LISTED_AT}, c.id) < (
  SELECT greatest(coalesce(n.created_at, d.last_message_at), mine.joined_at), d.id
  FROM participants mine
  JOIN conversations d ON d.id = mine.conversation_id
  LEFT JOIN messages n ON n.conversation_id = d.id AND n.id = $3 AND n.notice IS NULL AND n.seq > mine.from_seq
  WHERE mine.user_id = $1 AND (d.id = $3 OR d.id = (SELECT conversation_id FROM messages WHERE id = $3)))`;

const NEWEST = selectConversations("conversations_newest", `p.user_id = $1 AND ${LISTED} ${PAGE}`);
const NEWEST_BEFORE = selectConversations("conversations_newest_before", `p.user_id = $1 AND ${LISTED} AND ${BELOW} ${PAGE}`);
const ARCHIVED = selectConversations("conversations_archived", `p.user_id = $1 AND ${LISTED_IN_ARCHIVE} ${PAGE}`);
const ARCHIVED_BEFORE = selectConversations(
  "conversations_archived_before",
  `p.user_id = $1 AND ${LISTED_IN_ARCHIVE} AND ${BELOW} ${PAGE}`,
);
const UNREAD = selectConversations("conversations_unread", `p.user_id = $1 AND ${LISTED_UNREAD} ${PAGE}`);
const PINNED = selectConversations("conversations_pinned", `p.user_id = $1 AND p.pinned IS NOT NULL AND ${LISTED} ${PAGE}`);

/**
 * A user's conversations in which there is something to see, the latest first: without the archived, or those alone.
 * `before` is the id of the last one that the caller has, or of that one's last message, which keeps the place also when
 * the conversation has moved up. With `unread` only those with unread messages, with `pinned` only those that are pinned.
 */
export async function listConversations(
  viewer: User,
  { limit, before, unread, archived, pinned }: ConversationsQuery,
): Promise<Conversation[]> {
  if (unread || pinned) return listViews(unread ? UNREAD : PINNED, [viewer.id, limit]);
  if (before === undefined) return listViews(archived ? ARCHIVED : NEWEST, [viewer.id, limit]);
  if (!isId(before)) throw new HttpError("conversation_not_found");
  return listViews(archived ? ARCHIVED_BEFORE : NEWEST_BEFORE, [viewer.id, limit, before]);
}

/** Throws 404 where the viewer takes no part. */
export async function getConversation(viewer: User, id: string): Promise<Conversation> {
  const [found] = isId(id) ? await listViews(ONE, [viewer.id, id]) : [];
  if (!found) throw new HttpError("conversation_not_found");
  return found;
}

/** Throws 404 where the viewer takes no part, and for a group. */
export async function getOtherParticipant(viewer: User, id: string): Promise<User> {
  const { otherParticipant } = await getConversation(viewer, id);
  if (!otherParticipant) throw new HttpError("user_not_found");
  return otherParticipant;
}

type StartedRow = { id: string; created: boolean };

// The unique key decides between two who start at the same instant.
const START: Statement = {
  name: "start_conversation",
  text: `WITH started AS (
           INSERT INTO conversations (id, kind, direct_key) VALUES ($1, 'direct', $2)
           ON CONFLICT (direct_key) DO NOTHING RETURNING id
         ), joined AS (
           INSERT INTO participants (conversation_id, user_id)
           SELECT started.id, u FROM started, unnest($3::uuid[]) AS u
         )
         SELECT id, true AS created FROM started
         UNION ALL SELECT id, false FROM conversations WHERE direct_key = $2`,
};

/**
 * The direct conversation of two people: `created` is false where they already had one, also when both
 * ask at the same instant. Throws 404 for an unknown username and 403 for oneself.
 */
export async function startConversation(caller: User, username: string): Promise<{ conversation: Conversation; created: boolean }> {
  const [other] = await findUsers([username]);
  if (!other) throw new HttpError("user_not_found");
  if (other.id === caller.id) throw new HttpError("conversation_with_oneself");
  const people = [caller.id, other.id].sort();
  const start = async () => (await query<StartedRow>(START, [newId(), people.join(":"), people]))[0];
  // Where the other's start commits meanwhile, the insert has waited for it and its row is not in the
  // statement's snapshot; the second time it is.
  const started = (await start()) ?? (await start());
  if (!started) throw new Error("A conversation was neither started nor found.");
  return { conversation: await getConversation(caller, started.id), created: started.created };
}
