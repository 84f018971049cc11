import "server-only";
import type { Conversation } from "@/lib/protocol/conversations";
import { PAGE_MAX, PAGE_SIZE, PINNED_MAX } from "@/lib/protocol/limits";
import type { Message } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import { getConversation, listConversations } from "./conversations";
import { listMessages, messageIdAt } from "./messages";
import { formatCursor } from "./realtime/cursor";
import { presentCursor } from "./realtime/present";

/**
 * Messages that a page is painted with, and the UTF-16 code units of their contents: both are more than a tall screen
 * shows. What is painted costs the event loop while it is made, so a page of the longest messages has fewer of them.
 */
export const PAINTED = 50;
export const PAINTED_LENGTH = 20_000;

/** UTF-16 code units of a last message in the list: more than its line holds. The whole one is in its conversation. */
const LISTED_LENGTH = 200;

/** Conversations, and whether there are more like them. */
type Some = { conversations: Conversation[]; hasMore: boolean };

/**
 * A user's conversations for the first paint, with those further down that have unread messages or are pinned, and the
 * cursor of the event log that they were read at.
 */
export async function snapshotList(viewer: User): Promise<Some & { unread: Some; pinned: Conversation[]; cursor: string }> {
  const cursor = await cursorNow();
  const [rows, unread, pinned] = await Promise.all([
    listConversations(viewer, { limit: PAGE_SIZE + 1 }),
    listConversations(viewer, { limit: PAGE_MAX, unread: true }),
    listConversations(viewer, { limit: PINNED_MAX, pinned: true }),
  ]);
  const conversations = rows.slice(0, PAGE_SIZE);
  const listed = new Set(conversations.map(({ id }) => id));
  return {
    conversations: conversations.map(shortened),
    hasMore: rows.length > PAGE_SIZE,
    unread: { conversations: unread.filter(({ id }) => !listed.has(id)).map(shortened), hasMore: unread.length === PAGE_MAX },
    pinned: pinned.map(shortened),
    cursor,
  };
}

/** Taken before anything is read: what is committed between the two is replayed, which is harmless. */
async function cursorNow(): Promise<string> {
  return formatCursor(await presentCursor());
}

function shortened(conversation: Conversation): Conversation {
  const { lastMessage } = conversation;
  if (!lastMessage || lastMessage.content.length <= LISTED_LENGTH) return conversation;
  return { ...conversation, lastMessage: { ...lastMessage, content: lastMessage.content.slice(0, LISTED_LENGTH) } };
}

/**
 * A conversation for the first paint: its end, or what lies around the first unread message where the end
 * would not show it. The client loads the rest. Throws 404 where the viewer takes no part.
 */
export async function snapshotConversation(
  viewer: User,
  id: string,
): Promise<{ conversation: Conversation; messages: Message[]; cursor: string }> {
  const cursor = await cursorNow();
  const conversation = await getConversation(viewer, id);
  const { readSeq, fromSeq, unreadCount } = conversation;
  const isFar = unreadCount > PAINTED / 2;
  const around = isFar && readSeq > fromSeq ? await messageIdAt(id, readSeq) : undefined;
  const before = isFar && readSeq <= fromSeq ? await messageIdAt(id, fromSeq + PAINTED + 1) : undefined;
  const rows = await listMessages(viewer, id, { limit: PAINTED, around, before });
  return { conversation, messages: painted(rows, unreadCount > 0 ? readSeq : null), cursor };
}

/**
 * As much of a page as may be painted, the oldest message first. `rows` are the page, newest first. Painted are the first
 * unread message and the one before it, else the newest; then what comes after, and then what comes before, while there
 * is room. So what is painted has no gap.
 * @param readSeq null where nothing is unread
 */
function painted(rows: readonly Message[], readSeq: number | null): Message[] {
  const messages = [...rows].reverse();
  const divider = messages.findIndex(({ seq, notice }) => readSeq !== null && seq > readSeq && !notice);
  let to = divider < 0 ? messages.length : divider + 1;
  let from = Math.max(0, divider < 0 ? to - 1 : divider - 1);
  let room = PAINTED_LENGTH - messages.slice(from, to).reduce((sum, { content }) => sum + content.length, 0);
  const fits = (message: Message | undefined) => {
    room -= message?.content.length ?? 0;
    return message !== undefined && room >= 0;
  };
  while (fits(messages[to])) to++;
  while (fits(messages[from - 1])) from--;
  return messages.slice(from, to);
}
