import { signOut } from "@/lib/server/auth/sign-out";
import { HttpError } from "@/lib/server/http/errors";
import { noContent, route } from "@/lib/server/http/route";

export const DELETE = route({ limit: "change" }, async ({ user, params }) => {
  if (!(await signOut(user.id, params.id))) throw new HttpError("session_not_found");
  return noContent();
});
