import { setCookie } from "./cookie";

/** What a person chose for this browser. Cookies, so that the server's first paint already knows. */
export const THEME_COOKIE = "parley.theme";
export const SIDEBAR_COOKIE = "parley.sidebar";
export const DETAILS_COOKIE = "parley.details";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const SIDEBAR_WIDTH = { min: 240, max: 480, initial: 320 } as const;

export function themeFrom(cookie: string | undefined): Theme {
  return THEMES.find((theme) => theme === cookie) ?? "system";
}

export function sidebarWidthFrom(cookie: string | undefined): number {
  return clampWidth(Number.parseInt(cookie ?? "", 10) || SIDEBAR_WIDTH.initial);
}

export function clampWidth(px: number): number {
  return Math.round(Math.min(SIDEBAR_WIDTH.max, Math.max(SIDEBAR_WIDTH.min, px)));
}

/** Shows it at once and remembers it. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  setCookie(THEME_COOKIE, theme);
}

export function applySidebarWidth(px: number): void {
  document.documentElement.style.setProperty("--sidebar-width", `${px}px`);
}

export function rememberSidebarWidth(px: number): void {
  setCookie(SIDEBAR_COOKIE, String(px));
}

/** Whether the details stand beside conversations, where there is room. */
export function detailsDockedFrom(cookie: string | undefined): boolean {
  return cookie === "docked";
}

export function rememberDetails(docked: boolean): void {
  setCookie(DETAILS_COOKIE, docked ? "docked" : "closed");
}

/** As the style sheet has it now. */
export function currentSidebarWidth(): number {
  return sidebarWidthFrom(getComputedStyle(document.documentElement).getPropertyValue("--sidebar-width"));
}
