"use client";

import { type RefObject, useEffect, useRef } from "react";

/** How far ahead of the reader history is asked for: about two screens. */
const AHEAD = "1500px 0px";

type Props = {
  root: RefObject<HTMLElement | null>;
  /** What was asked for is on its way. Once it is not, the end is looked at again: it may still be near. */
  busy?: boolean;
  onReach: () => void;
};

/** Tells when the reader comes near an end of the window. Mount a new one for each window end. */
export function EdgeSentinel({ root, busy = false, onReach }: Props) {
  const mark = useRef<HTMLDivElement>(null);
  const reach = useRef(onReach);
  reach.current = onReach;
  useEffect(() => {
    if (busy) return;
    // Where script holds up the page, several entries come at once: the last one tells how it is now.
    const observer = new IntersectionObserver((entries) => entries.at(-1)?.isIntersecting && reach.current(), {
      root: root.current,
      rootMargin: AHEAD,
    });
    if (mark.current) observer.observe(mark.current);
    return () => observer.disconnect();
  }, [root, busy]);
  return <div ref={mark} aria-hidden="true" className="h-px" />;
}
