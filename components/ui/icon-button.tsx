import type { ComponentProps } from "react";

/** A button that is only an icon; `label` is its name for those who do not see it and its tooltip for those who do. */
export function IconButton({ label, className = "", ...props }: ComponentProps<"button"> & { label: string }) {
  return <button type="button" aria-label={label} title={label} className={`${ICON_BUTTON} ${className}`} {...props} />;
}

export const ICON_BUTTON =
  "inline-flex size-9 touch:size-11 shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-120 hover:bg-hover hover:text-text disabled:opacity-50";
