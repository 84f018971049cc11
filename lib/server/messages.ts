import "server-only";
import { LRUCache } from "lru-cache";
import type { Message, MessagesQuery, SendMessageInput } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import { isUniqueViolation, prisma, query, type Statement } from "./db";
import { notFound } from "./http/errors";
import { isId, newId } from "./ids";
import { inTurn, isBusy } from "./in-turn";
import { hub } from "./realtime/hub";
import { MESSAGE_COLUMNS, type MessageRow, toMessage } from "./rows";
import { single } from "./single";

// One round trip. Locking the conversation's row gives the message its number and, because the lock is
// held to the commit, gives numbers, ids of events and commits one and the same order within it. The time
// is taken under the lock too, so that it never runs against the numbers.
const SEND: Statement = {
  name: "send_message",
  text: `WITH place AS (
           SELECT conversation_id FROM participants WHERE conversation_id = $1 AND user_id = $2
         ), earlier AS (
           SELECT m.* FROM place JOIN messages m USING (conversation_id) WHERE m.sender_id = $2 AND m.client_id = $5
         ), numbered AS (
           UPDATE conversations c
           SET last_seq = c.last_seq + 1, last_message_at = greatest(clock_timestamp(), c.last_message_at)
           FROM place
           WHERE c.id = place.conversation_id AND NOT EXISTS (SELECT FROM earlier)
           RETURNING c.id AS conversation_id, c.last_seq AS seq, c.last_message_at AS created_at
         ), sent AS (
           INSERT INTO messages (id, conversation_id, seq, sender_id, content, client_id, created_at)
           SELECT $3, conversation_id, seq, $2, $4, $5, created_at FROM numbered
         ), read AS (
           UPDATE participants p SET read_seq = n.seq FROM numbered n
           WHERE p.conversation_id = n.conversation_id AND p.user_id = $2
         ), logged AS (
           INSERT INTO events (xid, type, conversation_id, message_id, user_id, seq)
           SELECT pg_current_xact_id()::text::bigint, 'message', conversation_id, $3, $2, seq FROM numbered
           RETURNING xid, id
         )
         SELECT coalesce(n.seq, e.seq) AS seq, coalesce(n.created_at, e.created_at) AS created_at,
                e.id AS earlier_id, e.content AS earlier_content, l.xid, l.id AS event_id,
                (SELECT array_agg(user_id) FROM participants WHERE conversation_id = place.conversation_id) AS audience
         FROM place LEFT JOIN earlier e ON true LEFT JOIN numbered n ON true LEFT JOIN logged l ON true`,
};

type SentRow = {
  seq: number;
  created_at: Date;
  earlier_id: string | null;
  earlier_content: string | null;
  xid: string;
  event_id: string;
  audience: string[];
};

/**
 * Sends a message, durable when this resolves. The same `clientId` again gives the first message with
 * `created: false`. Throws 404 where the sender takes no part.
 */
export async function sendMessage(
  sender: User,
  conversationId: string,
  { content, clientId }: SendMessageInput,
): Promise<{ message: Message; created: boolean }> {
  if (!isId(conversationId)) throw notFound("Conversation");
  const id = newId();
  const values = [conversationId, sender.id, id, content, clientId ?? null];
  if (isBusy(conversationId)) await requirePlace(conversationId, sender.id);
  const [sent] = await inTurn(conversationId, () => sendOnce(values));
  if (!sent) throw notFound("Conversation");
  senders().set(`${conversationId} ${sender.id}`, true);

  const row: MessageRow = {
    message_id: sent.earlier_id ?? id,
    conversation_id: conversationId,
    seq: sent.seq,
    content: sent.earlier_content ?? content,
    client_id: clientId ?? null,
    created_at: sent.created_at,
    user_id: sender.id,
    username: sender.username,
    name: sender.name,
    avatar_id: sender.avatarURL?.split("/").at(-1) ?? null,
  };
  if (sent.earlier_id === null) {
    const { audience, seq } = sent;
    const key = { id: Number(sent.event_id), xid: Number(sent.xid), conversationId, audience };
    hub().publish({ ...key, type: "message", senderId: sender.id, seq, message: row });
  }
  return { message: toMessage(row, sender.id), created: sent.earlier_id === null };
}

/** Who has sent something a moment ago, and where. */
const senders = () => single("recent senders", () => new LRUCache<string, true>({ max: 10_000, ttl: 60_000 }));

const PLACE: Statement = { name: "place", text: "SELECT FROM participants WHERE conversation_id = $1 AND user_id = $2" };

/** Refuses who takes no part before they wait with those who do: how long that takes would tell that these are talking. */
async function requirePlace(conversationId: string, userId: string): Promise<void> {
  if (senders().has(`${conversationId} ${userId}`)) return;
  const [place] = await query(PLACE, [conversationId, userId]);
  if (!place) throw notFound("Conversation");
}

async function sendOnce(values: readonly unknown[]): Promise<SentRow[]> {
  try {
    return await query<SentRow>(SEND, values);
  } catch (error) {
    // The same client id at the same instant: the other has been committed, and is found now.
    if (!isUniqueViolation(error)) throw error;
    return query<SentRow>(SEND, values);
  }
}

/**
 * A page relative to an anchor message. The place in the conversation is the permission: no row at all
 * means that the caller has none, and no `anchor_seq` that the anchor is not in this conversation.
 */
function page(name: string, condition: string, order: "ASC" | "DESC"): Statement {
  return {
    name,
    text: `SELECT a.seq AS anchor_seq, ${MESSAGE_COLUMNS}
           FROM participants p
           LEFT JOIN messages a ON a.id = $4::uuid AND a.conversation_id = p.conversation_id
           LEFT JOIN LATERAL (
             SELECT * FROM messages WHERE conversation_id = p.conversation_id AND ${condition} ORDER BY seq ${order} LIMIT $3
           ) m ON true
           LEFT JOIN users u ON u.id = m.sender_id
           WHERE p.conversation_id = $1 AND p.user_id = $2
           ORDER BY m.seq ${order}`,
  };
}

const LATEST = page("messages_latest", "true", "DESC");
const BEFORE = page("messages_before", "seq < a.seq", "DESC");
const UP_TO = page("messages_up_to", "seq <= a.seq", "DESC");
const AFTER = page("messages_after", "seq > a.seq", "ASC");

type PageRow = MessageRow & { anchor_seq: number | null };

/**
 * A page of a conversation: the latest, or `before` a message, newest first; `after` one, oldest first;
 * or `around` one, newest first, with as many on both sides as the limit allows. Pages go by the number
 * of a message, so that they neither skip nor repeat while new ones arrive. Throws 404 where the caller
 * takes no part, or names a message of another conversation.
 */
export async function listMessages(viewer: User, conversationId: string, asked: MessagesQuery): Promise<Message[]> {
  if (!isId(conversationId)) throw notFound("Conversation");
  const anchor = asked.before ?? asked.after ?? asked.around;
  if (anchor !== undefined && !isId(anchor)) throw notFound("Message");
  const read = async (statement: Statement, limit: number) => {
    const rows = await query<PageRow>(statement, [conversationId, viewer.id, limit, anchor ?? null]);
    if (!rows[0]) throw notFound("Conversation");
    if (anchor !== undefined && rows[0].anchor_seq === null) throw notFound("Message");
    return rows.filter((row) => row.message_id !== null).map((row) => toMessage(row, viewer.id));
  };
  if (asked.before !== undefined) return read(BEFORE, asked.limit);
  if (asked.after !== undefined) return read(AFTER, asked.limit);
  if (asked.around === undefined) return read(LATEST, asked.limit);
  const newer = Math.floor(asked.limit / 2);
  const [above, below] = await Promise.all([newer > 0 ? read(AFTER, newer) : [], read(UP_TO, asked.limit - newer)]);
  return [...above.reverse(), ...below];
}

/** The message with a number; undefined past the end. For callers that hold the conversation already. */
export async function messageIdAt(conversationId: string, seq: number): Promise<string | undefined> {
  const found = await prisma().message.findUnique({
    where: { conversationId_seq: { conversationId, seq } },
    select: { id: true },
  });
  return found?.id;
}
