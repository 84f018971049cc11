"use client";

import { ToConversations } from "@/components/messenger/to-conversations";
import { Button } from "@/components/ui/button";
import { FullPageNote } from "@/components/ui/full-page-note";

export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <FullPageNote
      title="This page did not work"
      actions={
        <>
          <Button look="primary" onClick={reset}>
            Try again
          </Button>
          <ToConversations afresh />
        </>
      }
    >
      Your messages are safe; only showing them failed.
      {error.digest && <span className="mt-2 block text-sm">For whoever runs this server: {error.digest}</span>}
    </FullPageNote>
  );
}
