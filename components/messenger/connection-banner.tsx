"use client";

import { CloudOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useConnection } from "@/lib/client/hooks";

/** Shorter gaps heal unseen. */
const PATIENCE_MS = 5_000;

/** Says quietly that the connection is gone, once it has been for a while, and goes by itself. It floats: nothing makes room for it. */
export function ConnectionBanner() {
  const lost = useLostForLong();
  return (
    <div role="status" className="connection-banner">
      {lost && (
        <p>
          <CloudOff aria-hidden="true" className="size-4 shrink-0 text-muted" />
          No connection. What you write is kept and sent later.
        </p>
      )}
    </div>
  );
}

function useLostForLong(): boolean {
  // Before the first connection `since` is 0, and each try in vain moves it on: only the first one counts.
  const { status, since } = useConnection();
  const gone = status !== "open" && since !== 0;
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!gone) return setLong(false);
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [gone]);
  return long && gone;
}
