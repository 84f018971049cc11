import { tokenAnswer } from "@/lib/server/auth/token-answer";
import { HttpError } from "@/lib/server/http/errors";
import { route } from "@/lib/server/http/route";
import { deviceOf, refreshSession } from "@/lib/server/sessions";

export const POST = route({ limit: "change" }, async ({ user, session, request }) => {
  const renewed = await refreshSession(user.id, session.id, deviceOf(request));
  if (!renewed) throw new HttpError("sign_in_required");
  return tokenAnswer(request, renewed);
});
