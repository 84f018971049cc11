import Link from "next/link";
import { buttonClass } from "@/components/ui/button";
import { Note } from "@/components/ui/note";

/** In place of a group that one has left, or was taken out of, while it was on screen. */
export function Gone() {
  return (
    <Note
      title="You are not in this group any more"
      actions={
        <Link href="/" className={buttonClass("quiet")}>
          To your conversations
        </Link>
      }
    >
      What was said there is no longer shown to you. Somebody in it can add you again.
    </Note>
  );
}
