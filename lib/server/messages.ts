import "server-only";
import { LRUCache } from "lru-cache";
import type { Message, MessagesQuery, SendMessageInput } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import { prisma, query, type Statement } from "./db";
import { HttpError } from "./http/errors";
import { isId, newId } from "./ids";
import { isBusy } from "./in-turn";
import { hub } from "./realtime/hub";
import { MESSAGE_COLUMNS, type MessageRow, toMessage } from "./rows";
import { type Unsent, write } from "./sending";
import { single } from "./single";

/**
 * Sends a message, durable when this resolves. The same `clientId` again gives the first message with
 * `created: false`. Throws 404 where the sender takes no part, and 403 where they may not write.
 */
export async function sendMessage(
  sender: User,
  conversationId: string,
  { content, clientId }: SendMessageInput,
): Promise<{ message: Message; created: boolean }> {
  if (!isId(conversationId)) throw new HttpError("conversation_not_found");
  const unsent: Unsent = { conversationId, senderId: sender.id, id: newId(), content, clientId: clientId ?? null };
  if (isBusy(conversationId)) await requirePlace(conversationId, sender.id);
  const sent = await write(unsent);
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
  return place ? new HttpError("only_administrators_write") : new HttpError("conversation_not_found");
}

/** Refuses who takes no part before they wait with those who do: how long that takes would tell that these are talking. */
async function requirePlace(conversationId: string, userId: string): Promise<void> {
  if (senders().has(`${conversationId} ${userId}`)) return;
  const [place] = await query(PLACE, [conversationId, userId]);
  if (!place) throw new HttpError("conversation_not_found");
}

/**
 * A page relative to an anchor message. The place in the conversation is the permission: no row at all
 * means that the caller has none, and no `anchor_seq` that the anchor is not in this conversation, or was said before what
 * the caller may see. The limit stands in
 * a sub-select for the same reason as in send-statements.ts: seeing its value, the planner would plan each page anew.
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
  if (!isId(conversationId)) throw new HttpError("conversation_not_found");
  const anchor = asked.before ?? asked.after ?? asked.around;
  if (anchor !== undefined && !isId(anchor)) throw new HttpError("message_not_found");
  const read = async (statement: Statement, limit: number) => {
    const rows = await query<PageRow>(statement, [conversationId, viewer.id, limit, ...(anchor === undefined ? [] : [anchor])]);
    if (!rows[0]) throw new HttpError("conversation_not_found");
    if (anchor !== undefined && rows[0].anchor_seq === null) throw new HttpError("message_not_found");
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
