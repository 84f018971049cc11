import type { Conversation } from "@/lib/protocol/conversations";
import { learnConversations } from "./conversations";
import type { Draft } from "./draft";
import type { HeldConversation, MessengerState } from "./state";

/** Conversations, and whether there are more like them. */
export type Some = { conversations: readonly Conversation[]; hasMore: boolean };

/** So many that moved are put in their places one by one; of more, the whole list is sorted. */
const MOVED_MAX = 16;

/** Takes in the next page of the list. Conversations only ever move up, so all above its last one are known. */
export function learnList(draft: Draft, { conversations, hasMore }: Some): void {
  learnConversations(draft, conversations);
  const last = conversations.at(-1);
  draft.set("hasMore", hasMore);
  draft.set("listFloor", hasMore && last ? `${last.lastMessage?.createdAt} ${last.id}` : null);
  draft.set("order", sorted(draft.state));
}

/** Takes in conversations with unread messages: held, so that they count, and listed only once the list has got there. */
export function learnUnread(draft: Draft, { conversations, hasMore }: Some): void {
  draft.set("hasMoreUnread", hasMore);
  learnConversations(draft, conversations);
}

/**
 * The last message of the last conversation that the server lists too: what comes after it is the next page. A conversation's
 * own id would name another place as soon as something is said in it.
 */
export function endOfList({ order, conversations }: MessengerState): string | undefined {
  const last = order.findLast((id) => conversations.get(id)?.lastMessage);
  return last && conversations.get(last)?.lastMessage?.id;
}

/** The order of the list where these conversations have moved; the same array where it is the same. */
export function reorder(state: MessengerState, moved: ReadonlySet<string>): readonly string[] {
  if (moved.size === 0) return state.order;
  if (moved.size > MOVED_MAX) return kept(state.order, sorted(state));
  const order = [...state.order];
  for (const id of moved) {
    const at = order.indexOf(id);
    if (at >= 0) order.splice(at, 1);
  }
  for (const id of moved) {
    const key = keyIn(state, id);
    if (key !== null) order.splice(indexFor(state, order, key), 0, id);
  }
  return kept(state.order, order);
}

function sorted(state: MessengerState): string[] {
  const keys: [string, string][] = [];
  for (const id of state.conversations.ids()) {
    const key = keyIn(state, id);
    if (key !== null) keys.push([key, id]);
  }
  return keys.sort(([a], [b]) => (a < b ? 1 : -1)).map(([, id]) => id);
}

/** Where in an order, greatest key first, a key belongs. */
function indexFor(state: MessengerState, order: readonly string[], key: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keyIn(state, order[middle] as string) ?? "") > key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a conversation is listed by: the latest message first, of two in one millisecond the greater id. Null: not listed. */
function keyIn(state: MessengerState, id: string): string | null {
  const conversation = state.conversations.get(id);
  if (!conversation) return null;
  if (conversation.lastMessage) {
    const key = listKey(conversation, conversation.lastMessage.createdAt);
    return state.listFloor === null || key >= state.listFloor ? key : null;
  }
  const unsentAt = state.outbox[id]?.at(-1)?.createdAt;
  return unsentAt ? listKey(conversation, unsentAt) : null;
}

function listKey({ id }: HeldConversation, at: string): string {
  return `${at} ${id}`;
}

function kept(before: readonly string[], after: readonly string[]): readonly string[] {
  return after.length === before.length && after.every((id, i) => id === before[i]) ? before : after;
}
