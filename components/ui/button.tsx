import type { ComponentProps } from "react";

const LOOKS = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  quiet: "bg-raised text-text hover:bg-hover shadow-[inset_0_0_0_1px_var(--color-hairline)]",
  danger: "bg-danger-soft text-danger hover:brightness-97",
  text: "text-accent hover:underline underline-offset-4",
} as const;

/**
 * A button that says what it does. `look` is its weight in the page: at most one primary at a time. While it is disabled,
 * which is until an answer has come, it does nothing and keeps the focus, which a browser takes from what it disables itself.
 */
export function Button({
  look = "quiet",
  className = "",
  type = "button",
  disabled,
  onClick,
  ...props
}: ComponentProps<"button"> & { look?: keyof typeof LOOKS }) {
  return (
    <button
      type={type}
      aria-disabled={disabled || undefined}
      className={`${buttonClass(look)} ${className}`}
      onClick={disabled ? (event) => event.preventDefault() : onClick}
      {...props}
    />
  );
}

/** The same look for a link. */
export function buttonClass(look: keyof typeof LOOKS): string {
  return `inline-flex min-h-9 touch:min-h-11 items-center justify-center gap-2 rounded-md px-3.5 font-medium whitespace-nowrap transition-colors duration-120 aria-disabled:opacity-55 ${LOOKS[look]}`;
}

/** A button that is only an icon; its `aria-label` is its name. */
export const ICON_BUTTON =
  "inline-flex size-9 touch:size-11 shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-120 hover:bg-hover hover:text-text";
