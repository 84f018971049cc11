import { ToConversations } from "@/components/messenger/to-conversations";
import { Note } from "@/components/ui/note";

/** Beside the list: for a conversation that does not exist, or that one takes no part in, which is never told apart. */
export default function ConversationNotFound() {
  return (
    <Note title="There is nothing here" actions={<ToConversations />}>
      The address may be mistyped, or it belongs to a conversation that you take no part in.
    </Note>
  );
}
