import "server-only";
import type { Conversation } from "@/lib/protocol/conversations";
import { PAGE_SIZE } from "@/lib/protocol/limits";
import type { Message } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import { getConversation, listConversations } from "./conversations";
import { listMessages, messageIdAt } from "./messages";
import { formatCursor } from "./realtime/cursor";
import { epoch } from "./realtime/epoch";
import { readPosition } from "./realtime/log";

/** Messages that a page is painted with: more than a tall screen shows. */
const PAINTED = 50;

/** A user's conversations for the first paint, and the cursor of the event log that they were read at. */
export async function readList(viewer: User): Promise<{ conversations: Conversation[]; hasMore: boolean; cursor: string }> {
  // The cursor comes first: what is committed between it and the list is replayed, which is harmless.
  const cursor = formatCursor({ epoch: await epoch(), position: await readPosition(), eventId: 0 });
  const rows = await listConversations(viewer, { limit: PAGE_SIZE + 1 });
  return { conversations: rows.slice(0, PAGE_SIZE), hasMore: rows.length > PAGE_SIZE, cursor };
}

/**
 * A conversation for the first paint: its end, or what lies around the first unread message where the end
 * would not show it. Throws 404 where the viewer takes no part.
 */
export async function readConversation(viewer: User, id: string): Promise<{ conversation: Conversation; messages: Message[] }> {
  const conversation = await getConversation(viewer, id);
  const { readSeq, unreadCount } = conversation;
  const around = unreadCount > PAINTED / 2 && readSeq > 0 ? await messageIdAt(id, readSeq) : undefined;
  const before = unreadCount > PAINTED / 2 && readSeq === 0 ? await messageIdAt(id, PAINTED + 1) : undefined;
  return { conversation, messages: await listMessages(viewer, id, { limit: PAINTED, around, before }) };
}
