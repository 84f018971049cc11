import { ArrowDown } from "lucide-react";

/** The way back to the end, with how much waits there. */
export function JumpToLatest({ count, onJump }: { count: number; onJump: () => void }) {
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 mx-auto flex w-full max-w-190 justify-end px-4">
      <button
        type="button"
        onClick={onJump}
        aria-label={count > 0 ? `Jump to latest, ${count} unread` : "Jump to latest"}
        className="pointer-events-auto flex h-10 min-w-10 animate-arrive items-center justify-center gap-1.5 rounded-full bg-raised px-2.5 text-sm font-medium tabular-nums shadow-float transition-colors duration-120 hover:bg-hover touch:h-11 touch:min-w-11"
      >
        {count > 0 && <span className="ps-1">{count > 99 ? "99+" : count} new</span>}
        <ArrowDown aria-hidden="true" className="size-4.5" />
      </button>
    </div>
  );
}
