"use client";

import { useEffect, useLayoutEffect, useMemo } from "react";
import type { ConversationSnapshot } from "@/lib/client/messenger";
import { useConversation, useMessengerActions, useTranscript } from "@/lib/client/screen/hooks";
import { displayName } from "@/lib/client/screen/person";
import { NOTHING, viewSnapshot } from "@/lib/client/store/views";
import { Composer } from "./composer";
import { ConversationHeader } from "./conversation-header";
import { MessageList } from "./message-list";

/**
 * One conversation. Until the store has taken in what the server has read, that is shown itself: so the
 * first paint, hydration and a later visit are one and the same markup. Without it the store loads.
 */
export function ConversationScreen({ id, snapshot, formId }: { id: string; snapshot?: ConversationSnapshot; formId?: string }) {
  const messenger = useMessengerActions();
  const conversation = useConversation(id) ?? snapshot?.conversation;
  const painted = useMemo(() => (snapshot ? viewSnapshot(snapshot) : NOTHING), [snapshot]);
  const transcript = useTranscript(id) ?? painted;

  useLayoutEffect(() => {
    if (snapshot) messenger.seed(snapshot);
    return messenger.open(id);
  }, [messenger, id, snapshot]);

  const other = conversation?.otherParticipant;
  const name = other ? displayName(other) : "this group";
  useEffect(() => {
    // What the server renders brings its title along.
    if (!snapshot) document.title = `${name} · Parley`;
  }, [snapshot, name]);

  if (!conversation) return null;
  return (
    <>
      <ConversationHeader other={conversation.otherParticipant} />
      <MessageList conversation={conversation} transcript={transcript} label={`Messages with ${name}`} />
      <Composer conversationId={id} label={`Message to ${name}`} formId={formId} />
    </>
  );
}
