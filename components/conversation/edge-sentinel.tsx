"use client";

import { type RefObject, useEffect, useRef } from "react";

/** How far ahead of the reader history is asked for: about two screens. */
const AHEAD = "1500px 0px";

/** Tells when the reader comes near an end of the window. Mount a new one for each window end. */
export function EdgeSentinel({ root, onReach }: { root: RefObject<HTMLElement | null>; onReach: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  const reach = useRef(onReach);
  reach.current = onReach;
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && reach.current(), {
      root: root.current,
      rootMargin: AHEAD,
    });
    if (mark.current) observer.observe(mark.current);
    return () => observer.disconnect();
  }, [root]);
  return <div ref={mark} aria-hidden="true" className="h-px" />;
}
