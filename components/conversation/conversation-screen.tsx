"use client";

import { useEffect, useLayoutEffect, useMemo } from "react";
import { useConversation, useMessengerActions, useTranscript } from "@/lib/client/hooks";
import type { Painted } from "@/lib/client/messenger";
import { displayName } from "@/lib/client/person";
import { EMPTY, type Transcript, windowOf } from "@/lib/client/transcript";
import { Composer } from "./composer";
import { ConversationHeader } from "./conversation-header";
import { MessageList } from "./message-list";

/**
 * One conversation. Until the store has taken in what the server read, that is shown itself: so the
 * first paint, hydration and a later visit are one and the same markup. Without it the store loads.
 */
export function ConversationScreen({ id, read, formId }: { id: string; read?: Painted; formId?: string }) {
  const messenger = useMessengerActions();
  const conversation = useConversation(id) ?? read?.conversation;
  const painted = useMemo(() => (read ? paintedWindow(read) : EMPTY), [read]);
  const transcript = useTranscript(id) ?? painted;

  useLayoutEffect(() => {
    if (read) messenger.seed(read);
    return messenger.open(id);
  }, [messenger, id, read]);

  const other = conversation?.otherParticipant;
  const name = other ? displayName(other) : "this group";
  useEffect(() => {
    // What the server renders brings its title along.
    if (!read) document.title = `${name} · Parley`;
  }, [read, name]);

  if (!conversation) return null;
  return (
    <>
      <ConversationHeader other={conversation.otherParticipant} />
      <MessageList conversation={conversation} transcript={transcript} label={`Messages with ${name}`} />
      <Composer conversationId={id} label={`Message to ${name}`} formId={formId} />
    </>
  );
}

function paintedWindow({ conversation, messages }: Painted): Transcript {
  const { lastMessage, unreadCount, readSeq } = conversation;
  return windowOf(messages, lastMessage?.seq ?? 0, { firstUnread: unreadCount > 0 ? readSeq + 1 : null });
}
