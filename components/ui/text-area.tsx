"use client";

import { type ComponentProps, useId } from "react";

type Props = Omit<ComponentProps<"textarea">, "id"> & { label: string; error?: string | undefined };

/** A labelled text of a few lines, with what is wrong with it. */
export function TextArea({ label, error, ...props }: Props) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-note` : undefined}
        className="w-full resize-none rounded-md bg-raised px-3 py-2 text-text shadow-[inset_0_0_0_1px_var(--color-field)] outline-offset-0 placeholder:text-muted aria-invalid:shadow-[inset_0_0_0_1px_var(--color-danger)]"
        {...props}
      />
      {error && (
        <p id={`${id}-note`} role="alert" className="text-sm text-danger">
          {error}
        </p>
      )}
    </div>
  );
}
