import { ConversationAvatar, ConversationName } from "@/components/ui/conversation-face";
import { peopleCount } from "@/lib/client/screen/person";
import type { Conversation } from "@/lib/protocol/conversations";

/** The head of a conversation: whose it is, and, while nothing was said, what to do first. */
export function NothingYet({ conversation, empty }: { conversation: Conversation; empty: boolean }) {
  const { group, otherParticipant, fromSeq } = conversation;
  const began = fromSeq > 0 ? "What was said before is not shown to you." : "This is where it began.";
  return (
    <div className="flex flex-col items-center gap-3 px-4 pt-8 pb-6 text-center">
      <ConversationAvatar of={conversation} size="lg" />
      <div className="min-w-0 max-w-full">
        <p className="flex justify-center text-lg font-bold">
          <ConversationName of={conversation} />
        </p>
        {otherParticipant && <p className="text-sm text-muted">@{otherParticipant.username}</p>}
        {group && <p className="text-sm text-muted">{peopleCount(group.participantCount)}</p>}
        {group?.description && (
          <p dir="auto" className="mx-auto mt-2 max-w-96 text-pretty whitespace-pre-wrap wrap-anywhere">
            {group.description}
          </p>
        )}
      </div>
      <p className="text-sm text-muted">{empty ? "Nothing said yet. Write the first line below." : began}</p>
    </div>
  );
}
