import { unlinkIdentity } from "@/lib/server/auth/identities";
import { noContent, route } from "@/lib/server/http/route";

export const DELETE = route({ limit: "change" }, async ({ user, session, params }) => {
  await unlinkIdentity({ user, session }, params.id);
  return noContent();
});
