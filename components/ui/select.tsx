import { ChevronDown } from "lucide-react";
import { type ComponentProps, useId } from "react";

type Props<T extends string> = Omit<ComponentProps<"select">, "onChange" | "value"> & {
  label: string;
  value: T;
  options: readonly (readonly [value: T, says: string])[];
  onPick: (value: T) => void;
};

/** A choice of few, by the browser's own list, which every thumb and every keyboard knows. */
export function Select<T extends string>({ label, value, options, onPick, ...props }: Props<T>) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <span className="relative grid">
        <select
          id={id}
          value={value}
          onChange={(event) => onPick(event.target.value as T)}
          className="h-10 touch:h-11 w-full appearance-none truncate rounded-md bg-raised ps-3 pe-9 text-text shadow-[inset_0_0_0_1px_var(--color-field)] outline-offset-0 disabled:text-muted"
          {...props}
        >
          {options.map(([each, says]) => (
            <option key={each} value={each}>
              {says}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden="true" className="pointer-events-none absolute inset-e-3 top-1/2 size-4 -translate-y-1/2 text-muted" />
      </span>
    </div>
  );
}
