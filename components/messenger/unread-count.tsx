/** How many wait; from a hundred on nobody counts. Of what is muted it asks for nothing. */
export function UnreadCount({ count, quiet = false }: { count: number; quiet?: boolean }) {
  if (count === 0) return null;
  return (
    <span
      className={`-my-px flex h-5 min-w-5 shrink-0 items-center justify-center rounded-full px-1.5 text-xs font-medium tabular-nums ${quiet ? "bg-selected text-text" : "bg-accent text-on-accent"}`}
    >
      {count > 99 ? "99+" : count}
      <span className="sr-only"> unread</span>
    </span>
  );
}
