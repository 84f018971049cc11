"use client";

import { useRef } from "react";
import { EdgeSentinel } from "@/components/conversation/edge-sentinel";

/** The rest of the list comes as one nears its end; the button is for those who do not scroll. */
export function LoadMore({ loading, onLoad }: { loading: boolean; onLoad: () => void }) {
  const viewport = useRef<HTMLElement>(null);
  return (
    <>
      <EdgeSentinel root={viewport} onReach={onLoad} />
      <button
        type="button"
        onClick={onLoad}
        disabled={loading}
        className="my-1 flex min-h-10 w-full items-center justify-center rounded-md text-sm text-muted hover:bg-hover hover:text-text touch:min-h-11"
      >
        {loading ? "Loading…" : "Load more"}
      </button>
    </>
  );
}
