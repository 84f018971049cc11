"use client";

import { useEffect, useState } from "react";
import { createAnnouncer } from "@/lib/client/screen/announcer";
import { useMessengerActions } from "@/lib/client/screen/hooks";

/** Tells those who do not see the screen that a message came. */
export function Announcer() {
  const { getState, subscribe } = useMessengerActions();
  const [text, say] = useState("");
  useEffect(() => createAnnouncer({ getState, subscribe, say }), [getState, subscribe]);
  return (
    <div role="log" aria-live="polite" aria-label="New messages" className="sr-only">
      <p key={text}>{text}</p>
    </div>
  );
}
