"use client";

import { useMessenger } from "@/lib/client/screen/hooks";
import { quietSentence } from "@/lib/client/screen/quiet-lines";
import type { Message } from "@/lib/protocol/messages";

/** What happened to a group, between what was said in it. */
export function QuietLine({ message }: { message: Message }) {
  const me = useMessenger((state) => state.me.id);
  return (
    <p dir="auto" className="quiet-line">
      {quietSentence(message, me)}
    </p>
  );
}
