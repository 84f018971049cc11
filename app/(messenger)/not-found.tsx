import Link from "next/link";
import { buttonClass } from "@/components/ui/button";
import { Note } from "@/components/ui/note";

/** Beside the list: for a conversation that does not exist, or that one takes no part in, which is never told apart. */
export default function ConversationNotFound() {
  return (
    <Note
      title="There is nothing here"
      actions={
        <Link href="/" className={buttonClass("quiet")}>
          To your conversations
        </Link>
      }
    >
      The address may be mistyped, or it belongs to a conversation that you take no part in.
    </Note>
  );
}
