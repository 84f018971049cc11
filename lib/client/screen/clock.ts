import { setCookie } from "./cookie";

/** How and where a reader reads times. The interface is in English; the reader's region says how it writes them. */
export type Clock = {
  /** IANA name, such as "Europe/Lisbon". */
  zone: string;
  locale: string;
  /** The reader's day, YYYY-MM-DD: what "today" and "yesterday" are counted from. */
  today: string;
};

/** Tells the server, from the second visit on, in which zone to write times, so that they do not change under the eye. */
export const CLOCK_COOKIE = "parley.clock";

const ENGLISH = /^en-[A-Z]{2}$/;
const FALLBACK = { zone: "UTC", locale: "en-GB" };

/** Reads the cookie's "zone|locale"; anything odd counts as none. */
export function clockFrom(cookie: string | undefined, now: Date): Clock {
  const [zone = "", locale = ""] = (cookie ?? "").split("|");
  const known = knownZone(zone);
  const { zone: where, locale: how } = known && ENGLISH.test(locale) ? { zone: known, locale } : FALLBACK;
  return { zone: where, locale: how, today: dayOf(now.toISOString(), where) };
}

/** The clock of this browser, now. */
export function browserClock(): Clock {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || FALLBACK.zone;
  const locale = navigator.languages.find((language) => ENGLISH.test(language)) ?? FALLBACK.locale;
  return { zone, locale, today: dayOf(new Date().toISOString(), zone) };
}

export function rememberClock({ zone, locale }: Clock): void {
  setCookie(CLOCK_COOKIE, `${zone}|${locale}`);
}

/** "14:05" or "2:05 PM". */
export function timeOfDay(iso: string, { locale, zone }: Clock): string {
  return format(iso, locale, zone, { timeStyle: "short" });
}

/** "Today", "Yesterday", "Monday", "12 March" or "12 March 2024": the line between two days. */
export function dayName(iso: string, clock: Clock): string {
  const day = dayOf(iso, clock.zone);
  const ago = daysBetween(day, clock.today);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  if (ago > 1 && ago < 7) return format(iso, clock.locale, clock.zone, { weekday: "long" });
  const year = day.slice(0, 4) === clock.today.slice(0, 4) ? undefined : "numeric";
  return format(iso, clock.locale, clock.zone, { day: "numeric", month: "long", year });
}

/** The shortest that tells when: a time today, else a day. */
export function timeInList(iso: string, clock: Clock): string {
  const ago = daysBetween(dayOf(iso, clock.zone), clock.today);
  if (ago <= 0) return timeOfDay(iso, clock);
  if (ago === 1) return "Yesterday";
  if (ago < 7) return format(iso, clock.locale, clock.zone, { weekday: "short" });
  if (ago < 300) return format(iso, clock.locale, clock.zone, { day: "numeric", month: "short" });
  return format(iso, clock.locale, clock.zone, { day: "2-digit", month: "2-digit", year: "2-digit" });
}

/** Day and time in full, for the tooltip. */
export function fullTime(iso: string, { locale, zone }: Clock): string {
  return format(iso, locale, zone, { dateStyle: "full", timeStyle: "short" });
}

/** The calendar day on which it was, where the reader is: YYYY-MM-DD. */
export function dayOf(iso: string, zone: string): string {
  return formatter("en-CA", zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date(iso));
}

function daysBetween(day: string, later: string): number {
  return Math.round((Date.parse(later) - Date.parse(day)) / 86_400_000);
}

/**
 * Formatters and names of zones that are kept, the latest used: a page needs up to eight formatters of some 15 KB. On a
 * server, visitors choose zone and region by their cookie, and there are some 280,000 pairs.
 */
const KEPT_MAX = 256;

/** A Map keeps the order of insertion: what is used moves to its end, and what was not used for the longest time goes. */
function kept<T>(values: Map<string, T>, key: string, make: () => T): T {
  const known = values.get(key);
  const value = known ?? make();
  values.delete(key);
  values.set(key, value);
  if (values.size > KEPT_MAX) values.delete(values.keys().next().value as string);
  return value;
}

const zones = new Map<string, string>();

/** As Intl spells it, or null: the cookie is the visitor's, and each spelling would cost formatters of its own. */
function knownZone(zone: string): string | null {
  try {
    return zone && kept(zones, zone, () => new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone);
  } catch {
    return null;
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs a hundred times what using it does. */
function formatter(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${JSON.stringify(options)}`;
  return kept(formatters, key, () => new Intl.DateTimeFormat(locale, { ...options, timeZone }));
}

function format(iso: string, locale: string, zone: string, options: Intl.DateTimeFormatOptions): string {
  // Node and the browsers disagree about which space stands before "PM", and none of them should break a line.
  return formatter(locale, zone, options)
    .format(new Date(iso))
    .replace(/\s(?=[ap]m$)/i, "\u00a0");
}
