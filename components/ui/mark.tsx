/** Parley's mark: two strokes of a dialogue, one from each side. Drawn in the current colour. */
export function Mark({ className = "size-8" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <rect x="7" y="9.5" width="12" height="5" rx="2.5" className="fill-on-accent" />
      <rect x="13" y="17.5" width="12" height="5" rx="2.5" className="fill-on-accent" />
    </svg>
  );
}
