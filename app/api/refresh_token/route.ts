import type { RefreshedToken } from "@/lib/protocol/users";
import { sessionCookie } from "@/lib/server/auth/session-cookie";
import { json, route } from "@/lib/server/http/route";
import { refreshSession } from "@/lib/server/sessions";

/** A browser that comes with its cookie has it renewed. */
export const POST = route({ limit: "change" }, async ({ user, session, request }) => {
  const { token, expiresAt } = await refreshSession(user.id, session.id);
  const byToken = request.headers.has("authorization");
  return json(
    200,
    { token, expiresAt: expiresAt.toISOString() } satisfies RefreshedToken,
    byToken ? undefined : { "Set-Cookie": sessionCookie(token, expiresAt) },
  );
});
