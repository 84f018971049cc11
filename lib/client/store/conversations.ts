import type { Conversation } from "@/lib/protocol/conversations";
import type { Draft } from "./draft";
import { isNewer, learnMessage } from "./messages";
import type { HeldConversation, HeldMessage } from "./state";
import { learnUser } from "./users";

/** Takes in conversations that an answer brought; what is known and newer stays. */
export function learnConversations(draft: Draft, rows: readonly Conversation[]): void {
  for (const { otherParticipant, lastMessage, ...row } of rows) {
    if (otherParticipant) learnUser(draft, otherParticipant);
    const last = lastMessage && learnMessage(draft, lastMessage);
    const known = draft.state.conversations.get(row.id);
    const otherId = otherParticipant?.id ?? null;
    if (!known) {
      draft.setConversation({ ...row, otherId, lastMessage: last });
      continue;
    }
    const merged = last ? withMessage(known, last) : known;
    const read = withReads(merged, Math.max(known.readSeq, row.readSeq), maxOrNull(merged.otherReadSeq, row.otherReadSeq));
    draft.setConversation(read.otherId === otherId ? read : { ...read, otherId });
  }
}

/** Somebody has read up to a message; it never moves backwards. */
export function applyRead(draft: Draft, id: string, userId: string, seq: number): void {
  const known = draft.state.conversations.get(id);
  if (!known) return;
  const mine = userId === draft.state.me.id;
  const readSeq = mine ? Math.max(known.readSeq, seq) : known.readSeq;
  const otherReadSeq = mine ? known.otherReadSeq : maxOrNull(known.otherReadSeq, seq);
  draft.setConversation(withReads(known, readSeq, otherReadSeq));
}

/** Marks as read on this screen, before the server was told. */
export function markRead(draft: Draft, id: string, seq: number): void {
  applyRead(draft, id, draft.state.me.id, seq);
}

/** What a message says of its conversation: that it is the last, or what the last says now, and how far was read. */
export function withMessage(conversation: HeldConversation, message: HeldMessage): HeldConversation {
  const last = conversation.lastMessage;
  const isLast = !last || message.seq > last.seq || isNewer(message, last);
  // A send counts as having read all before it, for its sender.
  const readSeq = message.mine ? Math.max(conversation.readSeq, message.seq) : conversation.readSeq;
  const otherReadSeq = message.mine ? conversation.otherReadSeq : maxOrNull(conversation.otherReadSeq, message.seq);
  return withReads(listed(conversation, message), readSeq, otherReadSeq, isLast ? message : last);
}

/** Its last line, and when it took its place in the list. */
function listed(conversation: HeldConversation, { seq, createdAt }: HeldMessage): HeldConversation {
  const lastSeq = Math.max(conversation.lastSeq, seq);
  const listedAt = createdAt > (conversation.listedAt ?? "") ? createdAt : conversation.listedAt;
  return lastSeq === conversation.lastSeq && listedAt === conversation.listedAt ? conversation : { ...conversation, lastSeq, listedAt };
}

function withReads(
  conversation: HeldConversation,
  readSeq: number,
  otherReadSeq: number | null,
  lastMessage = conversation.lastMessage,
): HeldConversation {
  const unreadCount = Math.max(0, (lastMessage?.seq ?? 0) - readSeq);
  const isSame =
    lastMessage === conversation.lastMessage &&
    readSeq === conversation.readSeq &&
    otherReadSeq === conversation.otherReadSeq &&
    unreadCount === conversation.unreadCount;
  return isSame ? conversation : { ...conversation, lastMessage, readSeq, otherReadSeq, unreadCount, hasUnreadMessages: unreadCount > 0 };
}

/** A group has no cursor of "the other one". */
function maxOrNull(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a : Math.max(a, b);
}
