"use client";

import { Button } from "@/components/ui/button";
import { FullPageNote } from "@/components/ui/full-page-note";
import "./globals.css";

/** Stands in for the root layout when that is what failed. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Parley</title>
        <FullPageNote
          title="Parley did not start"
          actions={
            <Button look="primary" onClick={reset}>
              Try again
            </Button>
          }
        >
          Something failed before there was anything to show. If it goes on, the server's log says why.
        </FullPageNote>
      </body>
    </html>
  );
}
