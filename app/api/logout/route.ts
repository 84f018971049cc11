import { clearedSessionCookie } from "@/lib/server/auth/session-cookie";
import { signOut } from "@/lib/server/auth/sign-out";
import { noContent, route } from "@/lib/server/http/route";

export const POST = route({}, async ({ user, session }) => {
  await signOut(user.id, session.id);
  return noContent({ "Set-Cookie": clearedSessionCookie() });
});
