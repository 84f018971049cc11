import "server-only";
import { attributes, cookieName, cookieOf } from "./session-cookie";

/** Seconds that a sign-in elsewhere may take, from its beginning to its answer. */
const LASTS_S = 15 * 60;

/**
 * Who was signed in when a sign-in elsewhere began: its answer links an identity to that person and to nobody else, also
 * where another one has signed in to this browser meanwhile. Nobody: then it signs in.
 */
export function linkingUser(headers: Headers): string | null {
  return cookieOf(headers, cookieName("linking"));
}

/** A `Set-Cookie` that keeps it until the answer comes; for `null` one that takes it away. */
export function linkingCookie(userId: string | null): string {
  const ends = userId === null ? new Date(0) : new Date(Date.now() + LASTS_S * 1000);
  return `${cookieName("linking")}=${userId ?? ""}; Expires=${ends.toUTCString()}; ${attributes()}`;
}
