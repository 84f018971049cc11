/** Bubbles of the real shape. */
const SHAPES = ["w-64", "w-40", "w-72 self-end", "w-32 self-end", "w-56", "w-80 self-end", "w-48"];

/**
 * Stands over the conversation while another one is on its way, once that has taken 150 ms. The style
 * sheet shows it as soon as a link of the list is pending. Not a `loading.tsx`: what that wraps reaches
 * the page only by script, and a conversation has to be readable without one.
 */
export function ConversationSkeleton() {
  return (
    <div aria-hidden="true" className="conversation-skeleton">
      <div className="flex min-h-16 shrink-0 items-center gap-3 px-4 pt-[env(safe-area-inset-top)] max-md:gap-2 max-md:ps-1.5">
        <span className="size-9 touch:size-11 md:hidden" />
        <span className="size-8 rounded-full bg-hover" />
        <span className="h-4 w-32 rounded-full bg-hover" />
      </div>
      <div className="mx-auto flex w-full max-w-190 flex-1 flex-col justify-end gap-2 px-4 pb-20">
        {SHAPES.map((shape) => (
          <span key={shape} className={`h-9 max-w-4/5 rounded-lg bg-hover ${shape}`} />
        ))}
      </div>
    </div>
  );
}
