import { ArrowDown } from "lucide-react";

/** The way back to the end, with how much waits there. It stands where no tick is: beside the column, or in the middle below it. */
export function JumpToLatest({ count, onJump }: { count: number; onJump: () => void }) {
  return (
    <button
      type="button"
      onClick={onJump}
      aria-label={count > 0 ? `Jump to latest, ${count} unread` : "Jump to latest"}
      className="jump-to-latest"
    >
      <ArrowDown aria-hidden="true" className="size-4.5" />
      {count > 0 && <span>{count > 99 ? "99+" : count}</span>}
    </button>
  );
}
