import type { ChangePlaceInput } from "@/lib/protocol/conversations";
import type { HeldConversation } from "./state";
import { inWindow, type Transcript } from "./window";

/** What a conversation will be once the server has taken in this change, as far as a page can tell. */
export function placeAfter(conversation: HeldConversation, input: ChangePlaceInput, transcript?: Transcript): Partial<HeldConversation> {
  const { unreadFrom, deletedUpTo, ...set } = input;
  const expected: Partial<HeldConversation> = { ...set };
  const from = transcript?.messages.get(unreadFrom ?? "")?.seq;
  if (from !== undefined) {
    const unreadCount = inWindow(transcript).filter(({ seq, notice }) => seq >= from && !notice).length;
    Object.assign(expected, { readSeq: from - 1, unreadCount, hasUnreadMessages: unreadCount > 0 });
  }
  if (deletedUpTo !== undefined) {
    const gone = { lastMessage: null, listedAt: null, unreadCount: 0, hasUnreadMessages: false };
    Object.assign(expected, { ...gone, fromSeq: conversation.lastSeq, readSeq: conversation.lastSeq });
  }
  return expected;
}
