import { Check, CheckCheck, Clock } from "lucide-react";
import type { Progress } from "@/lib/client/screen/transcript-rows";

const MARKS = {
  pending: { Icon: Clock, says: "Sending" },
  waiting: { Icon: Clock, says: "Waiting for a connection" },
  sent: { Icon: Check, says: "Sent" },
  read: { Icon: CheckCheck, says: "Read" },
} as const;

/** How far one's own message has come, as one quiet glyph. A failed one is told in words elsewhere. */
export function ProgressMark({ progress }: { progress: Progress }) {
  if (progress === null || progress === "failed") return null;
  const { Icon, says } = MARKS[progress];
  return (
    <>
      <Icon aria-hidden="true" strokeWidth={2} className={`size-3.5 ${progress === "read" ? "text-accent" : ""}`} />
      <span className="sr-only">{says}</span>
    </>
  );
}
