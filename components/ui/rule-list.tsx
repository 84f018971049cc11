import { Check, Dot } from "lucide-react";

type Props = {
  id: string;
  /** `met` is null while there is nothing to judge. */
  rules: readonly { says: string; met: boolean | null }[];
};

/** All that a value has to be, each ticked as it is met. */
export function RuleList({ id, rules }: Props) {
  return (
    <ul id={id} className="grid gap-0.5 text-sm text-muted">
      {rules.map(({ says, met }) => (
        <li key={says} className={`flex gap-1.5 ${met ? "text-success" : ""}`}>
          {met ? (
            <Check aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" strokeWidth={2.5} />
          ) : (
            <Dot aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" fill="currentColor" strokeWidth={4} />
          )}
          <span>
            {says}
            {met !== null && <span className="sr-only">{met ? ", done" : ", not yet"}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
