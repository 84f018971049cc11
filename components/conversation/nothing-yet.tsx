import { Avatar, PersonName } from "@/components/ui/avatar";
import type { Conversation } from "@/lib/protocol/conversations";

/** The head of a conversation: whose it is, and, while nothing was said, what to do first. */
export function NothingYet({ conversation: { otherParticipant }, empty }: { conversation: Conversation; empty: boolean }) {
  if (!otherParticipant) return null;
  return (
    <div className="flex flex-col items-center gap-3 px-4 pt-8 pb-6 text-center">
      <Avatar user={otherParticipant} size="lg" />
      <div className="min-w-0 max-w-full">
        <p className="flex justify-center text-lg font-bold">
          <PersonName user={otherParticipant} />
        </p>
        <p className="text-sm text-muted">@{otherParticipant.username}</p>
      </div>
      <p className="text-sm text-muted">{empty ? "Nothing said yet. Write the first line below." : "This is where it began."}</p>
    </div>
  );
}
