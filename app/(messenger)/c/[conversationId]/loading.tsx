/** Bubbles of the real shape, which only show where the real ones take their time. */
const SHAPES = ["w-64", "w-40", "w-72 self-end", "w-32 self-end", "w-56", "w-80 self-end", "w-48"];

export default function ConversationLoading() {
  return (
    <div role="status" className="flex flex-1 animate-appear flex-col">
      <span className="sr-only">Loading the conversation</span>
      <div className="flex h-16 items-center gap-3 px-4">
        <span className="size-8 rounded-full bg-hover" />
        <span className="h-4 w-32 rounded-full bg-hover" />
      </div>
      <div className="mx-auto flex w-full max-w-190 flex-1 flex-col justify-end gap-2 px-4 pb-20">
        {SHAPES.map((shape) => (
          <span key={shape} className={`h-9 rounded-lg bg-hover ${shape}`} />
        ))}
      </div>
    </div>
  );
}
