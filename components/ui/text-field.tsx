import { type ComponentProps, type ReactNode, useId } from "react";

type Props = Omit<ComponentProps<"input">, "id"> & { label: string; hint?: ReactNode; error?: string | undefined };

/** A labelled line of text. The error takes the hint's place and is what the field is described by. */
export function TextField({ label, hint, error, className = "", ...props }: Props) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={`grid gap-1.5 ${className}`}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className="h-10 touch:h-11 w-full rounded-md bg-raised px-3 text-text shadow-[inset_0_0_0_1px_var(--color-field)] outline-offset-0 placeholder:text-muted aria-invalid:shadow-[inset_0_0_0_1px_var(--color-danger)] read-only:bg-transparent"
        {...props}
      />
      {note && (
        <p id={`${id}-note`} role={error ? "alert" : undefined} className={`text-sm ${error ? "text-danger" : "text-muted"}`}>
          {note}
        </p>
      )}
    </div>
  );
}
