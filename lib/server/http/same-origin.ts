import "server-only";
import { config } from "../config";
import { HttpError } from "./errors";

/** The host name and port under which the caller reached this server. */
export function ownHost(headers: Headers): string | null {
  const { PUBLIC_URL } = config();
  if (PUBLIC_URL) return new URL(PUBLIC_URL).host;
  return forwarded(headers, "x-forwarded-host") ?? headers.get("host");
}

/**
 * What a trusted proxy says of the host or the scheme. Our own host has left in a request only what is to be believed;
 * under Next alone nobody knows who the peer is, so only a number of hops vouches for it.
 */
export function forwarded(headers: Headers, name: "x-forwarded-host" | "x-forwarded-proto"): string | null {
  const believed = headers.has("x-parley-address") || config().TRUST_PROXY("", 0);
  return believed ? headers.get(name)?.split(",").at(-1)?.trim() || null : null;
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
  throw new HttpError("cross_site");
}

/** Null where there is none, and for the `null` of a page that has no origin. */
function hostOf(origin: string | null): string | null {
  return origin !== null && URL.canParse(origin) ? new URL(origin).host : null;
}
