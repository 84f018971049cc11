"use client";

import { ToConversations } from "@/components/messenger/to-conversations";
import { Button } from "@/components/ui/button";
import { Note } from "@/components/ui/note";

/** Beside the list, which goes on working. */
export default function ConversationError({ reset }: { error: Error; reset: () => void }) {
  return (
    <Note
      title="This conversation did not open"
      actions={
        <>
          <Button look="primary" onClick={reset}>
            Try again
          </Button>
          <ToConversations />
        </>
      }
    >
      Nothing is lost; only showing it failed.
    </Note>
  );
}
