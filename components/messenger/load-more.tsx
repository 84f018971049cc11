"use client";

import { useRef } from "react";
import { EdgeSentinel } from "@/components/conversation/edge-sentinel";

type Props = {
  /** How many are listed: when more have come, the end is another one. */
  count: number;
  loading: boolean;
  onLoad: () => void;
};

/** The rest of the list comes as one nears its end; the button is for those who do not scroll. */
export function LoadMore({ count, loading, onLoad }: Props) {
  const viewport = useRef<HTMLElement>(null);
  return (
    <>
      <EdgeSentinel key={count} root={viewport} onReach={onLoad} />
      <button
        type="button"
        onClick={loading ? undefined : onLoad}
        aria-disabled={loading || undefined}
        className="my-1 flex min-h-10 w-full items-center justify-center rounded-md text-sm text-muted hover:bg-hover hover:text-text touch:min-h-11"
      >
        {loading ? "Loading…" : "Load more"}
      </button>
    </>
  );
}
