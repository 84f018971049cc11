import { LoginInput, type LoginResult } from "@/lib/protocol/users";
import { signIn } from "@/lib/server/auth/sign-in";
import { json, route } from "@/lib/server/http/route";
import { addressOf } from "@/lib/server/rate-limits";
import { createSession } from "@/lib/server/sessions";

export const POST = route({ auth: "none", body: LoginInput }, async ({ body, request }) => {
  const authUser = await signIn(body, addressOf(request));
  const { token, expiresAt } = await createSession(authUser.id, request.headers.get("user-agent"));
  return json(200, { authUser, token, expiresAt: expiresAt.toISOString() } satisfies LoginResult);
});
