"use client";

import { type ComponentProps, type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { Rule } from "@/lib/protocol/users";
import { RuleList } from "./rule-list";

type Props = Omit<ComponentProps<"input">, "id" | "ref"> & {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** What a value has to be, told while it is chosen. */
  rules?: readonly Rule[];
};

/**
 * A labelled line of text. The error takes the hint's place and is what the field is described by, until something else
 * stands in the field: then it is not true any more.
 */
export function TextField({ label, hint, error: given, rules, className = "", onInput, ...props }: Props) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [value, setValue] = useState("");
  const [changed, setChanged] = useState(false);
  const error = changed ? undefined : given;
  const note = error ?? hint;
  const describedBy = [!error && rules && `${id}-rules`, note && `${id}-note`].filter(Boolean).join(" ");

  // What was typed before the script came counts too.
  useEffect(() => setValue(field.current?.value ?? ""), []);

  useEffect(() => {
    const form = field.current?.form;
    const onSubmit = () => setChanged(false);
    form?.addEventListener("submit", onSubmit);
    return () => form?.removeEventListener("submit", onSubmit);
  }, []);

  return (
    <div className={`grid gap-1.5 ${className}`}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        ref={field}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy || undefined}
        className="h-10 touch:h-11 w-full rounded-md bg-raised px-3 text-text shadow-[inset_0_0_0_1px_var(--color-field)] outline-offset-0 placeholder:text-muted aria-invalid:shadow-[inset_0_0_0_1px_var(--color-danger)] read-only:bg-transparent"
        onInput={(event) => {
          setValue(event.currentTarget.value);
          setChanged(true);
          onInput?.(event);
        }}
        {...props}
      />
      {rules && <RuleList id={`${id}-rules`} rules={rules.map(({ says, holds }) => ({ says, met: value === "" ? null : holds(value) }))} />}
      {note && (
        <p id={`${id}-note`} role={error ? "alert" : undefined} className={`text-sm ${error ? "text-danger" : "text-muted"}`}>
          {note}
        </p>
      )}
    </div>
  );
}
