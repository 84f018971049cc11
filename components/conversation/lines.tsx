import { Time } from "@/components/ui/time";

/** The line between two days. */
export function DayLine({ at }: { at: string }) {
  return (
    <h3 className="py-4 text-center text-sm font-medium text-muted">
      <Time at={at} as="day" />
    </h3>
  );
}

/** Where one left off reading. It stays put while one reads on. */
export function UnreadLine() {
  return (
    <h3 id="new-messages" className="unread-line">
      New messages
    </h3>
  );
}
