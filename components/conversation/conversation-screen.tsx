"use client";

import { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import type { ConversationSnapshot } from "@/lib/client/messenger";
import { useConversation, useMessengerActions, useTranscript } from "@/lib/client/screen/hooks";
import { conversationName } from "@/lib/client/screen/person";
import { NOTHING, viewSnapshot } from "@/lib/client/store/views";
import { may } from "@/lib/protocol/groups";
import { Composer } from "./composer";
import { ConversationHeader } from "./conversation-header";
import { Gone } from "./gone";
import { MessageList } from "./message-list";

/**
 * One conversation. Until the store has taken in what the server has read, that is shown itself: so the
 * first paint, hydration and a later visit are one and the same markup. Without it the store loads.
 */
export function ConversationScreen({ id, snapshot, formId }: { id: string; snapshot?: ConversationSnapshot; formId?: string }) {
  const messenger = useMessengerActions();
  const held = useConversation(id);
  // Once it was held and is not any more, it is gone, whatever the page was painted with.
  const wasHeld = useRef(false);
  wasHeld.current ||= held !== undefined;
  const gone = wasHeld.current && !held;
  const conversation = held ?? (gone ? undefined : snapshot?.conversation);
  const painted = useMemo(() => (snapshot ? viewSnapshot(snapshot) : NOTHING), [snapshot]);
  const transcript = useTranscript(id) ?? painted;

  useLayoutEffect(() => {
    if (gone) return;
    if (snapshot) messenger.seed(snapshot);
    return messenger.open(id);
  }, [messenger, id, snapshot, gone]);

  const titled = snapshot && conversationName(snapshot.conversation);
  const name = conversation ? conversationName(conversation) : "";
  useEffect(() => {
    // What the server renders brings its title along.
    if (name && name !== titled) document.title = `${name} · Parley`;
  }, [name, titled]);

  if (gone) return <Gone id={id} />;
  if (!conversation) return null;
  return (
    <>
      <ConversationHeader conversation={conversation} />
      <MessageList conversation={conversation} transcript={transcript} label={`Messages with ${name}`} />
      {may(conversation.role, conversation.group, "write") ? (
        <Composer conversationId={id} label={`Message to ${name}`} formId={formId} />
      ) : (
        <p className="composer-bar px-4 pt-3 text-center text-sm text-muted">Only administrators write in this group.</p>
      )}
    </>
  );
}
