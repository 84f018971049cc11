/** One line of a menu. */
export const MENU_ITEM =
  "flex min-h-9 touch:min-h-11 items-center gap-2.5 rounded-sm px-2.5 outline-none select-none data-highlighted:bg-hover data-disabled:text-muted";

/** One that takes something away. */
export const MENU_DANGER = `${MENU_ITEM} text-danger`;
