import { LoginInput, type LoginResult } from "@/lib/protocol/users";
import { signIn } from "@/lib/server/auth/sign-in";
import { json, route } from "@/lib/server/http/route";
import { createSession, deviceOf } from "@/lib/server/sessions";

export const POST = route({ auth: "none", body: LoginInput }, async ({ body, request }) => {
  const device = deviceOf(request);
  const admitted = await signIn(body, device.address);
  const { token, expiresAt } = await createSession(admitted, device);
  return json(200, { authUser: admitted.user, token, expiresAt: expiresAt.toISOString() } satisfies LoginResult);
});
