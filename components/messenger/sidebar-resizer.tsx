"use client";

import { useEffect, useRef, useState } from "react";
import { applySidebarWidth, clampWidth, currentSidebarWidth, rememberSidebarWidth, SIDEBAR_WIDTH } from "@/lib/client/screen/preferences";

/** The edge between list and conversation: dragged, or moved by arrow keys when focused (ARIA "window splitter"). */
export function SidebarResizer() {
  const [width, setWidth] = useState<number>(SIDEBAR_WIDTH.initial);
  const dragging = useRef(false);

  useEffect(() => setWidth(currentSidebarWidth()), []);

  const resize = (px: number) => {
    const next = clampWidth(px);
    applySidebarWidth(next);
    setWidth(next);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule that is moved has no element of its own
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the list"
      aria-valuemin={SIDEBAR_WIDTH.min}
      aria-valuemax={SIDEBAR_WIDTH.max}
      aria-valuenow={width}
      tabIndex={0}
      className="resizer"
      onPointerDown={(event) => {
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => dragging.current && resize(event.clientX)}
      onPointerUp={() => {
        dragging.current = false;
        rememberSidebarWidth(width);
      }}
      onDoubleClick={() => {
        resize(SIDEBAR_WIDTH.initial);
        rememberSidebarWidth(SIDEBAR_WIDTH.initial);
      }}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
        if (!step) return;
        event.preventDefault();
        resize(width + step);
        rememberSidebarWidth(clampWidth(width + step));
      }}
    />
  );
}
