import { clearedSessionCookie } from "@/lib/server/auth/session-cookie";
import { signOutEverywhere } from "@/lib/server/auth/sign-out";
import { json, noContent, route } from "@/lib/server/http/route";
import { listSessions } from "@/lib/server/sessions";

export const GET = route({ limit: "read" }, async ({ user, session }) => json(200, await listSessions(user.id, session.id)));

/** Every one, this one too. */
export const DELETE = route({ limit: "change" }, async ({ user }) => {
  await signOutEverywhere(user.id);
  return noContent({ "Set-Cookie": clearedSessionCookie() });
});
