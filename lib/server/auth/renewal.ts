import "server-only";
import { log } from "../log";
import { addressOf } from "../rate-limits";
import { refreshSession } from "../sessions";
import type { Authenticated } from "./authenticate";
import { sessionCookie } from "./session-cookie";

/** How old the token in a cookie grows before an answer brings a new one. */
const RENEW_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Keeps a browser signed in for as long as it keeps coming: once a day an answer carries a new cookie. A
 * program renews its token itself. What the request was for has been done, so a failure is no failure of it.
 */
export async function renewCookie(request: Request, { user, session, via, issuedAt }: Authenticated, answer: Response): Promise<void> {
  if (via !== "cookie" || Date.now() - issuedAt < RENEW_AFTER_MS || answer.headers.has("set-cookie")) return;
  try {
    const renewed = await refreshSession(user.id, session.id, { address: addressOf(request) });
    if (renewed) answer.headers.append("Set-Cookie", sessionCookie(renewed.token, renewed.expiresAt));
  } catch (error) {
    log.warn({ err: error }, "a session could not be renewed; the next request tries again");
  }
}
