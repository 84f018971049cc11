/** Line lengths of a talk between two people; `mine` stand at the right. */
const TALK = [
  { mine: false, lines: ["w-72", "w-44"] },
  { mine: true, lines: ["w-56"] },
  { mine: true, lines: ["w-80", "w-64", "w-28"] },
  { mine: false, lines: ["w-24"] },
  { mine: false, lines: ["w-64"] },
  { mine: true, lines: ["w-48"] },
  { mine: false, lines: ["w-80", "w-36"] },
] as const;

/** The picture beside the sign-in form: a conversation of which only the shape is told. */
export function WordlessDialogue() {
  return (
    <div aria-hidden="true" className="hidden items-center justify-center overflow-hidden bg-sidebar p-12 lg:flex">
      <div className="flex w-full max-w-xl flex-col gap-1.5">
        {TALK.map(({ mine, lines }, i) => (
          <div
            key={lines.join() + mine}
            className={`grid w-fit gap-3 rounded-lg p-5 ${mine ? "self-end bg-own text-own-muted" : "bg-other text-muted"} ${
              i > 0 && TALK[i - 1]?.mine !== mine ? "mt-4" : ""
            }`}
          >
            {lines.map((width) => (
              <span key={width} className={`h-2.5 rounded-full bg-current opacity-30 ${width}`} />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
