import { picture, route } from "@/lib/server/http/route";
import { requireInviteAvatar } from "@/lib/server/invites";

export const GET = route({ auth: "optional", limit: "invite" }, async ({ user = null, params }) =>
  picture(await requireInviteAvatar(user, params.token), "private, no-cache"),
);
