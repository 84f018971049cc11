import "server-only";
import type { Conversation, ConversationsQuery } from "@/lib/protocol/conversations";
import { type User, Username } from "@/lib/protocol/users";
import { usernameKey } from "./auth/usernames";
import { query, type Statement } from "./db";
import { HttpError, notFound } from "./http/errors";
import { isId, newId } from "./ids";
import { hub } from "./realtime/hub";
import { avatarURL, MESSAGE_COLUMNS, type MessageRow, toMessage, toUser, USER_COLUMNS, type UserRow } from "./rows";

type ConversationRow = MessageRow & {
  id: string;
  kind: "direct" | "group";
  last_seq: number;
  read_seq: number;
  other_id: string | null;
  other_username: string;
  other_name: string | null;
  other_avatar_id: string | null;
  other_read_seq: number | null;
};

/**
 * What a list shows of some of the conversations that user $1 has a place in. They are chosen first, so
 * that the rest is looked up for a page of them and not for all.
 */
function select(name: string, chosen: string): Statement {
  return {
    name,
    text: `SELECT c.id, c.kind, c.last_seq, c.read_seq, ${MESSAGE_COLUMNS},
                  o.user_id AS other_id, o.username AS other_username, o.name AS other_name,
                  o.avatar_id AS other_avatar_id, o.read_seq AS other_read_seq
           FROM (
             SELECT c.*, p.read_seq FROM participants p JOIN conversations c ON c.id = p.conversation_id
             WHERE p.user_id = $1 AND ${chosen}
           ) c
           LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq
           LEFT JOIN users u ON u.id = m.sender_id
           LEFT JOIN LATERAL (
             SELECT q.user_id, q.read_seq, v.username, v.name, v.avatar_id
             FROM participants q JOIN users v ON v.id = q.user_id
             WHERE c.kind = 'direct' AND q.conversation_id = c.id AND q.user_id <> $1
           ) o ON true
           ORDER BY c.last_message_at DESC, c.id DESC`,
  };
}

const ONE = select("conversation", "c.id = $2");

const PAGE = "c.last_seq > 0 %s ORDER BY c.last_message_at DESC, c.id DESC LIMIT $2";
const NEWEST = select("conversations_newest", PAGE.replace("%s", ""));

const UNREAD = select("conversations_unread", "c.last_seq > p.read_seq ORDER BY c.last_message_at DESC, c.id DESC LIMIT $2");

// A page goes on below where the caller left it. A conversation moves up when a message arrives in it;
// naming the message that was its last when the page was read keeps the place all the same.
const NEWEST_BEFORE = select(
  "conversations_newest_before",
  PAGE.replace(
    "%s",
    `AND (c.last_message_at, c.id) < (
       SELECT coalesce(n.created_at, d.last_message_at), d.id
       FROM participants mine
       JOIN conversations d ON d.id = mine.conversation_id
       LEFT JOIN messages n ON n.conversation_id = d.id AND n.id = $3
       WHERE mine.user_id = $1 AND (d.id = $3 OR n.id = $3))`,
  ),
);

/**
 * A user's conversations that have a message, by the latest. `before` is the id of the last one that the
 * caller has, or of that one's last message, which keeps the place also when the conversation has moved up. With `unread`
 * only those with unread messages.
 */
export async function listConversations(viewer: User, { limit, before, unread }: ConversationsQuery): Promise<Conversation[]> {
  if (unread) return toConversations(await query(UNREAD, [viewer.id, limit]), viewer.id);
  if (before === undefined) return toConversations(await query(NEWEST, [viewer.id, limit]), viewer.id);
  if (!isId(before)) throw notFound("Conversation");
  return toConversations(await query(NEWEST_BEFORE, [viewer.id, limit, before]), viewer.id);
}

/** Throws 404 where the viewer takes no part. */
export async function getConversation(viewer: User, id: string): Promise<Conversation> {
  const [found] = isId(id) ? toConversations(await query(ONE, [viewer.id, id]), viewer.id) : [];
  if (!found) throw notFound("Conversation");
  return found;
}

/** Throws 404 where the viewer takes no part, and for a group. */
export async function getOtherParticipant(viewer: User, id: string): Promise<User> {
  const { otherParticipant } = await getConversation(viewer, id);
  if (!otherParticipant) throw notFound("User");
  return otherParticipant;
}

function toConversations(rows: ConversationRow[], viewerId: string): Conversation[] {
  return rows.map((row) => {
    const unreadCount = Math.max(0, row.last_seq - row.read_seq);
    return {
      id: row.id,
      kind: row.kind,
      otherParticipant:
        row.other_id === null
          ? null
          : {
              id: row.other_id,
              username: row.other_username,
              name: row.other_name,
              avatarURL: avatarURL(row.other_avatar_id),
            },
      lastMessage: row.message_id === null ? null : toMessage(row, viewerId),
      hasUnreadMessages: unreadCount > 0,
      unreadCount,
      readSeq: row.read_seq,
      otherReadSeq: row.other_read_seq,
      group: null,
      role: null,
      lastSeq: row.last_seq,
      fromSeq: 0,
      listedAt: row.created_at?.toISOString() ?? null,
      muted: "no",
      notify: "everything",
      pinned: null,
      archived: false,
      placeVersion: 0,
    };
  });
}

const USER_BY_NAME: Statement = {
  name: "user_by_name",
  text: `SELECT ${USER_COLUMNS} FROM users u WHERE u.username_key = $1`,
};

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
  const name = Username.safeParse(username);
  const [row] = name.success ? await query<UserRow>(USER_BY_NAME, [usernameKey(name.data)]) : [];
  if (!row) throw notFound("User");
  const other = toUser(row);
  if (other.id === caller.id) throw new HttpError(403, "You cannot start a conversation with yourself.");
  const people = [caller.id, other.id].sort();
  const start = async () => (await query<StartedRow>(START, [newId(), people.join(":"), people]))[0];
  // Where the other's start commits meanwhile, the insert has waited for it and its row is not in the
  // statement's snapshot; the second time it is.
  const started = (await start()) ?? (await start());
  if (!started) throw new Error("A conversation was neither started nor found.");
  return { conversation: await getConversation(caller, started.id), created: started.created };
}

// What is asked for is looked up through the caller's place, and the cursor moves forward only.
const READ: Statement = {
  name: "read_messages",
  text: `WITH place AS (
           SELECT p.conversation_id, c.kind, c.participants_version AS version,
                  CASE WHEN $3::uuid IS NULL THEN c.last_seq
                       ELSE (SELECT seq FROM messages WHERE id = $3 AND conversation_id = c.id) END AS seq
           FROM participants p JOIN conversations c ON c.id = p.conversation_id
           WHERE p.conversation_id = $1 AND p.user_id = $2
         ), moved AS (
           UPDATE participants p SET read_seq = place.seq FROM place
           WHERE p.conversation_id = place.conversation_id AND p.user_id = $2 AND p.read_seq < place.seq
           RETURNING p.read_seq AS seq
         ), logged AS (
           INSERT INTO events (xid, type, conversation_id, user_id, seq)
           SELECT pg_current_xact_id()::text::bigint, 'read', $1, $2, seq FROM moved
           RETURNING xid, id, seq
         )
         SELECT place.kind, place.version, place.seq, l.xid, l.id AS event_id, l.seq AS moved_to
         FROM place LEFT JOIN logged l ON true`,
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
export async function readMessages(caller: User, conversationId: string, upTo?: string): Promise<void> {
  if (!isId(conversationId)) throw notFound("Conversation");
  if (upTo !== undefined && !isId(upTo)) throw notFound("Message");
  const [row] = await query<ReadRow>(READ, [conversationId, caller.id, upTo ?? null]);
  if (!row) throw notFound("Conversation");
  if (row.seq === null) throw notFound("Message");
  if (row.moved_to === null) return;
  // It does not wait for the conversation, so somebody may have been removed since the version was read. The log tells.
  if (row.kind === "group") return hub().publishLogged([conversationId]);
  const key = { id: Number(row.event_id), xid: Number(row.xid), topic: conversationId, version: row.version };
  hub().publish({ ...key, type: "read", userId: caller.id, seq: row.moved_to }, row.kind);
}
