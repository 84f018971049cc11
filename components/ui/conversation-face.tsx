import { conversationName } from "@/lib/client/screen/person";
import type { Conversation } from "@/lib/protocol/conversations";
import { Avatar, GroupAvatar } from "./avatar";

type Of = { of: Pick<Conversation, "group" | "otherParticipant"> };

/** The picture of a conversation: of the other person, or of the group. */
export function ConversationAvatar({ of: { group, otherParticipant }, size = "md" }: Of & { size?: "sm" | "md" | "lg" }) {
  if (group) return <GroupAvatar group={group} size={size} />;
  return otherParticipant && <Avatar user={otherParticipant} size={size} />;
}

/** What a conversation is called, in the name's own direction, on one line. */
export function ConversationName({ of, className = "" }: Of & { className?: string }) {
  return (
    <bdi dir="auto" className={`truncate ${className}`}>
      {conversationName(of)}
    </bdi>
  );
}
