/** Line lengths of a talk between two people. */
const TALK = [
  { own: false, lines: ["w-72", "w-44"] },
  { own: true, lines: ["w-56"] },
  { own: true, lines: ["w-80", "w-64", "w-28"] },
  { own: false, lines: ["w-24"] },
  { own: false, lines: ["w-64"] },
  { own: true, lines: ["w-48"] },
  { own: false, lines: ["w-80", "w-36"] },
] as const;

/** The picture beside the sign-in form: a conversation of which only the shape is told, in the bubbles of the real ones. */
export function WordlessDialogue() {
  return (
    <div aria-hidden="true" className="hidden items-center justify-center overflow-hidden bg-sidebar p-12 lg:flex">
      <div className="w-full max-w-xl">
        {TALK.map(({ own, lines }, i) => (
          <div key={lines.join()} className="message" data-own={own || undefined} data-continues={own === TALK[i - 1]?.own || undefined}>
            <div className="bubble grid gap-3 p-5">
              {lines.map((width) => (
                <span key={width} className={`h-2.5 rounded-full bg-current opacity-25 ${width}`} />
              ))}
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
