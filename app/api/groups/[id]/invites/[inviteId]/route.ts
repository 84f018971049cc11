import { noContent, route } from "@/lib/server/http/route";
import { revokeInvite } from "@/lib/server/invites";

export const DELETE = route({ limit: "change" }, async ({ user, params }) => {
  await revokeInvite(user, params.id, params.inviteId);
  return noContent();
});
