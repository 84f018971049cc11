import type { Message } from "@/lib/protocol/messages";
import { learnConversations, withMessage } from "./conversations";
import type { Draft } from "./draft";
import { learnMessage } from "./messages";
import type { ConversationSnapshot } from "./snapshot";
import type { HeldConversation, HeldMessage } from "./state";
import { settle } from "./unsent";
import { EMPTY, join, type Range, type Transcript, windowOf } from "./window";

/** Windows that are kept for coming back to. */
const TRANSCRIPTS_KEPT = 10;

/** Shows a conversation: the divider is set before what is unread now, and stays there. */
export function openConversation(draft: Draft, id: string): void {
  if (draft.state.openId === id) return;
  // The open one goes last, so that the first is the one that was left longest ago.
  const from = draft.state.conversations.get(id)?.fromSeq ?? 0;
  const { [id]: held = { ...EMPTY, from }, ...others }: Record<string, Transcript> = draft.state.transcripts;
  const [oldest = ""] = Object.keys(others);
  if (Object.keys(others).length >= TRANSCRIPTS_KEPT) delete others[oldest];
  draft.set("openId", id);
  draft.set("transcripts", { ...others, [id]: held });
  setDivider(draft, id);
}

/** Puts the "new messages" divider before what is unread now. */
export function setDivider(draft: Draft, id: string): void {
  const conversation = draft.state.conversations.get(id);
  patchTranscript(draft, id, { firstUnread: conversation ? firstUnreadOf(conversation) : null });
}

/** `seq` of the first line that is unread, were it a quiet one; null where nothing is. */
export function firstUnreadOf({
  unreadCount,
  readSeq,
  fromSeq,
}: Pick<HeldConversation, "unreadCount" | "readSeq" | "fromSeq">): number | null {
  return unreadCount > 0 ? Math.max(readSeq, fromSeq) + 1 : null;
}

export function patchTranscript(draft: Draft, id: string, patch: Partial<Transcript>): void {
  const transcript = draft.state.transcripts[id];
  const differs = transcript && Object.entries(patch).some(([key, value]) => transcript[key as keyof Transcript] !== value);
  if (differs) draft.setTranscript(id, { ...transcript, ...patch });
}

/**
 * A fresh window on a conversation, in place of the one held.
 * @param end the conversation's last `seq` when the messages were read: what has come since then is news to the window
 */
export function learnWindow(draft: Draft, id: string, rows: readonly Message[], end?: number): void {
  const messages = learnMessages(draft, id, rows);
  const held = draft.state.transcripts[id] ?? { ...EMPTY, from: draft.state.conversations.get(id)?.fromSeq ?? 0 };
  draft.setTranscript(id, windowOf(messages, end ?? lastSeqOf(draft, id), held));
  settle(draft, id, messages);
}

/** A page next to the window joins it, where one is held. */
export function learnPage(draft: Draft, id: string, rows: readonly Message[], view: Range): void {
  const messages = learnMessages(draft, id, rows);
  const transcript = draft.ownTranscript(id);
  if (transcript) join(transcript, messages, lastSeqOf(draft, id), view);
  settle(draft, id, messages);
}

/** A conversation and its messages, read one right after the other. */
export function learnSnapshot(draft: Draft, { conversation, messages }: Pick<ConversationSnapshot, "conversation" | "messages">): void {
  learnConversations(draft, [conversation]);
  learnWindow(draft, conversation.id, messages, conversation.lastSeq);
}

/** An answer may know of a later message than the stream has brought so far. */
function learnMessages(draft: Draft, id: string, rows: readonly Message[]): HeldMessage[] {
  const messages = rows.map((row) => learnMessage(draft, row));
  const conversation = draft.state.conversations.get(id);
  // In their order, as if they came one by one.
  const ascending = messages.toSorted((a, b) => a.seq - b.seq);
  if (conversation) draft.setConversation(ascending.reduce(withMessage, conversation));
  return messages;
}

function lastSeqOf(draft: Draft, id: string): number {
  return draft.state.conversations.get(id)?.lastSeq ?? 0;
}
