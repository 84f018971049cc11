"use client";

import { useLayoutEffect, useMemo } from "react";
import { useConversation, useMessengerActions, useTranscript } from "@/lib/client/hooks";
import { displayName } from "@/lib/client/person";
import { windowOf } from "@/lib/client/transcript";
import type { Conversation } from "@/lib/protocol/conversations";
import type { Message } from "@/lib/protocol/messages";
import { Composer } from "./composer";
import { ConversationHeader } from "./conversation-header";
import { MessageList } from "./message-list";

/** What the server read of a conversation for the first paint. */
export type Read = { conversation: Conversation; messages: Message[] };

/**
 * One conversation. Until the store has taken in what the server read, that is shown itself: so the
 * first paint, hydration and a later visit are one and the same markup.
 */
export function ConversationScreen({ read }: { read: Read }) {
  const { id } = read.conversation;
  const messenger = useMessengerActions();
  const conversation = useConversation(id) ?? read.conversation;
  const painted = useMemo(() => {
    const { lastMessage, unreadCount, readSeq } = read.conversation;
    return windowOf(read.messages, lastMessage?.seq ?? 0, { firstUnread: unreadCount > 0 ? readSeq + 1 : null });
  }, [read]);
  const transcript = useTranscript(id) ?? painted;

  useLayoutEffect(() => {
    messenger.seed(read);
    return messenger.open(id);
  }, [messenger, id, read]);

  const name = conversation.otherParticipant ? displayName(conversation.otherParticipant) : "this group";
  return (
    <>
      <ConversationHeader other={conversation.otherParticipant} />
      <MessageList conversation={conversation} transcript={transcript} label={`Messages with ${name}`} />
      <Composer conversationId={id} label={`Message to ${name}`} />
    </>
  );
}
