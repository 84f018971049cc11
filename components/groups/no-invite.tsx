import { ToConversations } from "@/components/messenger/to-conversations";
import { FullPageNote } from "@/components/ui/full-page-note";

/** For a link that is no longer good, or never was, which is not told apart. */
export function NoInvite() {
  return (
    <FullPageNote title="This invitation is not good any more" actions={<ToConversations look="primary" />}>
      It has expired, was used up, or was revoked. Ask whoever sent it for a new one.
    </FullPageNote>
  );
}
