import "server-only";
import type { User } from "@/lib/protocol/users";
import { sessionUser } from "./session-cache";
import { sessionCookieOf } from "./session-cookie";
import { verifyToken } from "./tokens";

/**
 * Whose request it is. By cookie means that the browser sent it along, whatever page made the request.
 * `issuedAt` is when the token was made, in milliseconds since 1970.
 */
export type Authenticated = { user: User; session: { id: string }; via: "bearer" | "cookie"; issuedAt: number };

/**
 * Who makes this request: `Authorization: Bearer`, else the session cookie. What is given explicitly
 * counts alone: a bad token is not made up for by a good cookie. `queryToken` also takes `?token=`, for
 * the event stream only, because EventSource can set no header and addresses end up in logs and histories.
 */
export async function authenticate(
  request: Pick<Request, "headers" | "url">,
  { queryToken = false }: { queryToken?: boolean } = {},
): Promise<Authenticated | null> {
  const bearer = bearerOf(request.headers) ?? (queryToken ? new URL(request.url).searchParams.get("token") : null);
  const token = bearer ?? sessionCookieOf(request.headers);
  const claims = token === null ? null : verifyToken(token);
  if (!claims) return null;
  const user = await sessionUser(claims.sid);
  if (user?.id !== claims.sub) return null;
  return { user, session: { id: claims.sid }, via: bearer === null ? "cookie" : "bearer", issuedAt: claims.iat * 1000 };
}

function bearerOf(headers: Headers): string | null {
  const header = headers.get("authorization");
  return header !== null && /^bearer /i.test(header) ? header.slice(7).trim() : null;
}

/** Whom the session cookie of a request names: for counting, as nobody has looked whether that session still stands. */
export function claimedUserId(headers: Headers): string | undefined {
  const token = sessionCookieOf(headers);
  return token === null ? undefined : verifyToken(token)?.sub;
}
