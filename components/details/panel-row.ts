/** One line of the details that does something. */
export const PANEL_ROW =
  "flex min-h-10 touch:min-h-11 w-full items-center gap-3 rounded-md px-2 text-start transition-colors duration-120 hover:bg-hover";
