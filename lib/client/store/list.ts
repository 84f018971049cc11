import type { Conversation } from "@/lib/protocol/conversations";
import { learnConversations } from "./conversations";
import type { Draft } from "./draft";
import type { HeldConversation, MessengerState } from "./state";

/** Conversations, and whether there are more like them. */
export type Some = { conversations: readonly Conversation[]; hasMore: boolean };

/** So many that moved are put in their places one by one; of more, the whole list is sorted. */
const MOVED_MAX = 16;

/** The two lists that a conversation may stand in. */
type List = "order" | "archived";

/** Before any time, and after it: what is pinned stands above all that is not. */
const PINNED = "~";
const PIN_MAX = 2_147_483_647;

/** Takes in the next page of the list. Conversations only ever move up, so all above its last one are known. */
export function learnList(draft: Draft, { conversations, hasMore }: Some): void {
  learnConversations(draft, conversations);
  const last = conversations.at(-1);
  draft.set("hasMore", hasMore);
  draft.set("listFloor", hasMore && last ? listedBy(last) : null);
  draft.set("order", sorted(draft.state, "order"));
}

/** Takes in conversations with unread messages: held, so that they count, and listed only once the list has got there. */
export function learnUnread(draft: Draft, { conversations, hasMore }: Some): void {
  draft.set("hasMoreUnread", hasMore);
  learnConversations(draft, conversations);
}

/** Names the last conversation that the server lists too, for what comes after it. */
export function endOfList({ order, conversations }: MessengerState): string | undefined {
  const last = order.findLast((id) => conversations.get(id)?.pinned === null && conversations.get(id)?.listedAt);
  const conversation = last === undefined ? undefined : conversations.get(last);
  return conversation && endOfPage(conversation);
}

/**
 * What comes after this conversation is the next page. Its last message says where it stands now; its own id would name
 * another place as soon as something is said in it, but is all there is where it stands where it does for another reason.
 */
export function endOfPage({ id, lastMessage, listedAt }: Pick<Conversation, "id" | "lastMessage" | "listedAt">): string {
  return lastMessage && (listedAt === null || lastMessage.createdAt === listedAt) ? lastMessage.id : id;
}

/** All that a conversation's place in the lists depends on. */
export function listPlace({ listedAt, pinned, archived }: HeldConversation): string {
  return `${listedAt} ${pinned} ${archived}`;
}

/** The order of a list where these conversations have moved; the same array where it is the same. */
export function reorder(state: MessengerState, moved: ReadonlySet<string>, list: List = "order"): readonly string[] {
  const before = state[list];
  if (moved.size === 0) return before;
  if (moved.size > MOVED_MAX) return kept(before, sorted(state, list));
  const order = [...before];
  for (const id of moved) {
    const at = order.indexOf(id);
    if (at >= 0) order.splice(at, 1);
  }
  for (const id of moved) {
    const key = keyIn(state, id, list);
    if (key !== null) order.splice(indexFor(state, order, key, list), 0, id);
  }
  return kept(before, order);
}

function sorted(state: MessengerState, list: List): string[] {
  const keys: [string, string][] = [];
  for (const id of state.conversations.ids()) {
    const key = keyIn(state, id, list);
    if (key !== null) keys.push([key, id]);
  }
  return keys.sort(([a], [b]) => (a < b ? 1 : -1)).map(([, id]) => id);
}

/** Where in an order, greatest key first, a key belongs. */
function indexFor(state: MessengerState, order: readonly string[], key: string, list: List): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keyIn(state, order[middle] as string, list) ?? "") > key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a conversation is listed by: what is pinned first, then the latest, of two in one millisecond the greater id. Null: not listed. */
function keyIn(state: MessengerState, id: string, list: List): string | null {
  const conversation = state.conversations.get(id);
  if (!conversation || conversation.archived !== (list === "archived")) return null;
  if (conversation.lastMessage === null && conversation.kind === "direct") {
    const unsentAt = state.outbox[id]?.at(-1)?.createdAt;
    return unsentAt ? `${unsentAt} ${id}` : null;
  }
  const key = listedBy(conversation);
  if (list === "archived") return key;
  if (conversation.pinned !== null) return `${PINNED}${String(PIN_MAX - conversation.pinned).padStart(10, "0")} ${key}`;
  return state.listFloor === null || key >= state.listFloor ? key : null;
}

function listedBy({ id, listedAt, lastMessage }: Pick<Conversation, "id" | "listedAt" | "lastMessage">): string {
  return `${listedAt ?? lastMessage?.createdAt} ${id}`;
}

function kept(before: readonly string[], after: readonly string[]): readonly string[] {
  return after.length === before.length && after.every((id, i) => id === before[i]) ? before : after;
}
