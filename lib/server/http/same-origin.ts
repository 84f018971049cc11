import "server-only";
import { config } from "../config";
import { HttpError } from "./errors";

/** The host name and port under which the caller reached this server. */
export function ownHost(headers: Headers): string | null {
  const { PUBLIC_URL, TRUST_PROXY } = config();
  if (PUBLIC_URL) return new URL(PUBLIC_URL).host;
  return (TRUST_PROXY && headers.get("x-forwarded-host")) || headers.get("host");
}

/**
 * Refuses with 403 a change that a page of another site makes with the caller's cookie. Browsers send
 * `Sec-Fetch-Site`, older ones `Origin` with every POST; a caller that sends neither uses a token.
 */
export function requireSameOrigin(request: Request): void {
  const site = request.headers.get("sec-fetch-site");
  if (site === "same-origin") return;
  const host = hostOf(request.headers.get("origin"));
  if (site === null && host !== null && host === ownHost(request.headers)) return;
  throw new HttpError(403, "This request did not come from this site.");
}

/** Null where there is none, and for the `null` of a page that has no origin. */
function hostOf(origin: string | null): string | null {
  return origin !== null && URL.canParse(origin) ? new URL(origin).host : null;
}
