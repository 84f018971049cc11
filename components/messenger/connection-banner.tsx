"use client";

import { CloudOff, LogIn } from "lucide-react";
import { useEffect, useState } from "react";
import { useConnection, useMessenger } from "@/lib/client/hooks";

/** Shorter gaps heal unseen. */
const PATIENCE_MS = 5_000;

/** Says quietly that the connection is gone, once it has been for a while, and goes by itself. */
export function ConnectionBanner() {
  const signedOut = useMessenger((state) => state.signedOut);
  const lost = useLostForLong();
  const note = signedOut ? "signed-out" : lost ? "lost" : null;
  return (
    <div role="status" className="contents">
      {note && (
        <div className="flex min-h-10 animate-appear items-center justify-center gap-2.5 bg-selected px-4 pt-[env(safe-area-inset-top)] text-sm">
          {note === "lost" ? (
            <>
              <CloudOff aria-hidden="true" className="size-4 text-muted" />
              No connection. What you write is kept and sent when it is back.
            </>
          ) : (
            <>
              <LogIn aria-hidden="true" className="size-4 text-muted" />
              You are signed out here.
              <a href="/sign-in" className="font-medium text-accent underline underline-offset-3 hover:no-underline">
                Sign in
              </a>
            </>
          )}
        </div>
      )}
    </div>
  );
}

function useLostForLong(): boolean {
  const { status, since } = useConnection();
  const [long, setLong] = useState(false);
  const open = status === "open" || since === 0;
  useEffect(() => {
    if (open) return setLong(false);
    const timer = setTimeout(() => setLong(true), Math.max(0, since + PATIENCE_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [open, since]);
  return long && !open;
}
