import "server-only";
import { LRUCache } from "lru-cache";
import type { Message, MessagesQuery, SendMessageInput } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import { isRefused, isUniqueViolation, prisma, query, type Statement } from "./db";
import { HttpError, notFound } from "./http/errors";
import { isId, newId } from "./ids";
import { inTurn, isBusy } from "./in-turn";
import { append } from "./realtime/append";
import { hub } from "./realtime/hub";
import { MESSAGE_COLUMNS, type MessageRow, toMessage } from "./rows";
import { single } from "./single";
import { together } from "./together";

/**
 * One round trip for any number of messages, at most one for each conversation. Locking the conversation's row gives
 * the message its number and, because the lock is held to the commit, gives numbers, ids of events and commits one and
 * the same order within it. The time is taken under the lock too, so that it never runs against the numbers. So is the
 * sender's place: it is looked up first, but only the update of its row, which comes after the lock, tells whether it is
 * still there. Who was removed while they waited for the lock sends nothing, and nothing who may not write any more: a
 * function looks at that anew, where the statement itself would see it as it was before.
 *
 * The arrays stand in sub-selects, so that the planner takes them for ten rows however many they hold: its plan for
 * any values then costs no more than one for these, and it stays with the one it has.
 * @param lock what to do where another transaction holds a conversation
 */
function send(name: string, lock: "" | "SKIP LOCKED"): Statement {
  return {
    name,
    text: `WITH asked AS (
             SELECT * FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[]), (SELECT $3::uuid[]), (SELECT $4::text[]), (SELECT $5::uuid[]))
               AS a (conversation_id, sender_id, id, content, client_id)
           ), place AS (
             SELECT a.* FROM asked a JOIN participants p ON p.conversation_id = a.conversation_id AND p.user_id = a.sender_id
           ), earlier AS (
             SELECT m.* FROM place a
             JOIN messages m ON m.conversation_id = a.conversation_id AND m.sender_id = a.sender_id AND m.client_id = a.client_id
           ), held AS (
             SELECT c.id, c.kind, c.last_seq FROM place a JOIN conversations c ON c.id = a.conversation_id
             WHERE NOT EXISTS (SELECT FROM earlier e WHERE e.conversation_id = a.conversation_id)
             FOR NO KEY UPDATE OF c ${lock}
           ), read AS (
             UPDATE participants p SET read_seq = h.last_seq + 1
             FROM held h JOIN place a ON a.conversation_id = h.id
             WHERE p.conversation_id = h.id AND p.user_id = a.sender_id
               AND (h.kind = 'direct' OR p.role <> 'participant'
                 OR NOT only_administrators_write(h.id))
             RETURNING p.conversation_id, p.read_seq AS seq
           ), numbered AS (
             UPDATE conversations c
             SET last_seq = read.seq, last_message_at = greatest(clock_timestamp(), c.last_message_at)
             FROM read
             WHERE c.id = read.conversation_id
             RETURNING c.id AS conversation_id, c.last_seq AS seq, c.last_message_at AS created_at, c.participants_version AS version, c.kind
           ), sent AS (
             INSERT INTO messages (id, conversation_id, seq, sender_id, content, client_id, created_at)
             SELECT a.id, a.conversation_id, n.seq, a.sender_id, a.content, a.client_id, n.created_at
             FROM numbered n JOIN place a USING (conversation_id)
           ), logged AS (
             ${append("message", "numbered n JOIN place a USING (conversation_id)", {
               topic: "a.conversation_id",
               subject: "a.id",
               actor: "a.sender_id",
               seq: "n.seq",
             })}
             RETURNING xid, id, conversation_id
           )
           SELECT a.id, coalesce(n.seq, e.seq) AS seq, coalesce(n.created_at, e.created_at) AS created_at,
                  e.id AS earlier_id, e.content AS earlier_content, coalesce(e.version, 1) AS message_version, l.xid, l.id AS event_id,
                  n.version, n.kind,
                  CASE WHEN n.seq = 1 AND n.kind = 'direct' THEN ARRAY(SELECT user_id FROM participants WHERE conversation_id = a.conversation_id) END AS audience
           FROM place a
           LEFT JOIN earlier e ON e.conversation_id = a.conversation_id
           LEFT JOIN numbered n ON n.conversation_id = a.conversation_id
           LEFT JOIN logged l ON l.conversation_id = a.conversation_id`,
  };
}

const SEND = send("send_message", "");
const SEND_TOGETHER = send("send_messages", "SKIP LOCKED");

type Unsent = { conversationId: string; senderId: string; id: string; content: string; clientId: string | null };

type SentRow = {
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

/** Two runs keep the database busy while the answers of one go out, where there is enough for two. */
const TOGETHER = { atOnce: 2, worth: 8, most: 64, waitingMax: 10_000, regatherMs: 20 };

/**
 * Sends a message, durable when this resolves. The same `clientId` again gives the first message with
 * `created: false`. Throws 404 where the sender takes no part, and 403 where they may not write.
 */
export async function sendMessage(
  sender: User,
  conversationId: string,
  { content, clientId }: SendMessageInput,
): Promise<{ message: Message; created: boolean }> {
  if (!isId(conversationId)) throw notFound("Conversation");
  const unsent: Unsent = { conversationId, senderId: sender.id, id: newId(), content, clientId: clientId ?? null };
  if (isBusy(conversationId)) await requirePlace(conversationId, sender.id);
  const sent = await inTurn(conversationId, () => write(unsent));
  if (sent === null) throw await whyNot(conversationId, sender.id);
  senders().set(`${conversationId} ${sender.id}`, true);

  const row: MessageRow = {
    message_id: sent.earlier_id ?? unsent.id,
    conversation_id: conversationId,
    seq: sent.seq,
    content: sent.earlier_content ?? content,
    client_id: unsent.clientId,
    version: sent.message_version,
    created_at: sent.created_at,
    user_id: sender.id,
    username: sender.username,
    name: sender.name,
    avatar_id: sender.avatarURL?.split("/").at(-1) ?? null,
  };
  if (sent.earlier_id === null) {
    const { audience, seq, version } = sent;
    const key = { id: Number(sent.event_id), xid: Number(sent.xid), topic: conversationId, version };
    hub().publish({ ...key, type: "message", senderId: sender.id, seq, message: row, audience }, sent.kind);
  }
  return { message: toMessage(row, sender.id), created: sent.earlier_id === null };
}

/** Who has sent something a moment ago, and where. */
const senders = () => single("recent senders", () => new LRUCache<string, true>({ max: 10_000, ttl: 60_000 }));

const PLACE: Statement = { name: "place", text: "SELECT FROM participants WHERE conversation_id = $1 AND user_id = $2" };

/** Why nothing was written. */
async function whyNot(conversationId: string, userId: string): Promise<HttpError> {
  const [place] = await query(PLACE, [conversationId, userId]);
  return place ? new HttpError(403, "Only administrators write in this group.") : notFound("Conversation");
}

/** Refuses who takes no part before they wait with those who do: how long that takes would tell that these are talking. */
async function requirePlace(conversationId: string, userId: string): Promise<void> {
  if (senders().has(`${conversationId} ${userId}`)) return;
  const [place] = await query(PLACE, [conversationId, userId]);
  if (!place) throw notFound("Conversation");
}

type Written = SentRow & { seq: number };

/**
 * Writes a message together with others. What cannot be written with them is written alone: where the conversation is
 * held by another server, others should not wait for it; and a message that is refused should not refuse others.
 */
async function write(unsent: Unsent): Promise<Written | null> {
  const row = await writeTogether()(unsent);
  if (row === null || (row !== "refused" && row.seq !== null)) return row as Written | null;
  const alone = () => query<SentRow>(SEND, columns([unsent]));
  const [written] = await alone().catch((error) => {
    // The same client id at the same instant: the other has been committed, and is found now.
    if (!isUniqueViolation(error)) throw error;
    return alone();
  });
  return written?.seq == null ? null : (written as Written);
}

/** Null for what has no place; "refused" where one of them, and so all, was refused. */
const writeTogether = () =>
  single("sends", () =>
    together(TOGETHER, async (unsent: Unsent[]): Promise<(SentRow | "refused" | null)[]> => {
      try {
        const rows = new Map<string, SentRow>();
        for (const row of await query<SentRow>(SEND_TOGETHER, columns(unsent))) rows.set(row.id, row);
        return unsent.map(({ id }) => rows.get(id) ?? null);
      } catch (error) {
        if (!isRefused(error)) throw error;
        return unsent.map(() => "refused");
      }
    }),
  );

function columns(unsent: Unsent[]): unknown[][] {
  return (["conversationId", "senderId", "id", "content", "clientId"] as const).map((name) => unsent.map((one) => one[name]));
}

/**
 * A page relative to an anchor message. The place in the conversation is the permission: no row at all
 * means that the caller has none, and no `anchor_seq` that the anchor is not in this conversation, or was said before what
 * the caller may see. The limit stands in
 * a sub-select for the same reason as above: seeing its value, the planner would plan each page anew.
 */
function page(name: string, order: "ASC" | "DESC", fromAnchor?: string): Statement {
  return {
    name,
    text: `SELECT ${fromAnchor ? "a.seq" : "NULL::int"} AS anchor_seq, ${MESSAGE_COLUMNS}
           FROM participants p
           ${fromAnchor ? "LEFT JOIN messages a ON a.id = $4::uuid AND a.conversation_id = p.conversation_id AND a.seq > p.from_seq" : ""}
           LEFT JOIN LATERAL (
             SELECT * FROM messages WHERE conversation_id = p.conversation_id AND seq > p.from_seq ${fromAnchor ? `AND seq ${fromAnchor} a.seq` : ""}
             ORDER BY seq ${order} LIMIT (SELECT $3::int)
           ) m ON true
           LEFT JOIN users u ON u.id = m.sender_id
           WHERE p.conversation_id = $1 AND p.user_id = $2
           ORDER BY m.seq ${order}`,
  };
}

const LATEST = page("messages_latest", "DESC");
const BEFORE = page("messages_before", "DESC", "<");
const UP_TO = page("messages_up_to", "DESC", "<=");
const AFTER = page("messages_after", "ASC", ">");

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
    const rows = await query<PageRow>(statement, [conversationId, viewer.id, limit, ...(anchor === undefined ? [] : [anchor])]);
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
