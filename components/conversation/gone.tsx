import { ToConversations } from "@/components/messenger/to-conversations";
import { Note } from "@/components/ui/note";
import { useWords } from "@/lib/client/screen/hooks";
import { UnsentWords } from "./unsent-words";

/** In place of a group that one has left, or was taken out of, while it was on screen; with what one had still to say there. */
export function Gone({ id }: { id: string }) {
  const words = useWords(id);
  return (
    <div className="flex min-h-0 flex-1 overflow-y-auto">
      <Note title="You are not in this group any more" actions={<ToConversations />}>
        <p>What was said there is no longer shown to you. Somebody in it can add you again.</p>
        {words.length > 0 && (
          <section aria-labelledby="unsent" className="mt-6 grid gap-2">
            <h3 id="unsent" className="font-medium text-text">
              {words.length === 1 ? "One message was not sent" : `${words.length} messages were not sent`}
            </h3>
            <UnsentWords conversationId={id} words={words} on="surface" />
          </section>
        )}
      </Note>
    </div>
  );
}
