import "server-only";
import { isHttps } from "../config";

/**
 * Sign-in cookies are HttpOnly and Lax. Behind https their names begin with `__Host-`, which makes browsers
 * refuse them from a subdomain or over plain http.
 */
export function cookieName(name: string): string {
  return isHttps() ? `__Host-parley.${name}` : `parley.${name}`;
}

export function sessionCookieName(): string {
  return cookieName("session");
}

/** A `Set-Cookie` that signs this browser in until the token ends. */
export function sessionCookie(token: string, expiresAt: Date): string {
  return `${sessionCookieName()}=${token}; Expires=${expiresAt.toUTCString()}; ${attributes()}`;
}

/** A `Set-Cookie` that takes the session cookie away. */
export function clearedSessionCookie(): string {
  return `${sessionCookieName()}=; Max-Age=0; ${attributes()}`;
}

/** The token in a `Cookie` header, if there is one. */
export function sessionCookieOf(headers: Headers): string | null {
  return cookieOf(headers, sessionCookieName());
}

/** The value of a cookie as it was sent. */
export function cookieOf(headers: Headers, name: string): string | null {
  const header = headers.get("cookie");
  if (!header) return null;
  const prefix = `${name}=`;
  for (const part of header.split(";")) {
    const cookie = part.trim();
    if (cookie.startsWith(prefix)) return cookie.slice(prefix.length);
  }
  return null;
}

export function attributes(): string {
  return `Path=/; HttpOnly; SameSite=Lax${isHttps() ? "; Secure" : ""}`;
}
