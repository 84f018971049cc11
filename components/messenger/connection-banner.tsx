"use client";

import { CloudOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useConnection } from "@/lib/client/screen/hooks";

/** Shorter gaps heal unseen. */
const PATIENCE_MS = 5_000;

/**
 * Says quietly that the connection is gone, once it has been for a while, and goes by itself. It stands between the
 * name and the messages, which are laid out from their end: so it covers nothing, and nothing moves to make room for it.
 */
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
  const { status, since } = useConnection();
  // Before the first connection `since` is 0.
  const gone = status !== "open" && since !== 0;
  const [long, setLong] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a later try in vain does not begin the wait anew
  useEffect(() => {
    if (!gone) return setLong(false);
    const timer = setTimeout(() => setLong(true), since + PATIENCE_MS - Date.now());
    return () => clearTimeout(timer);
  }, [gone]);
  return long && gone;
}
