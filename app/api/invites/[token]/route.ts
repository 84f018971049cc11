import { json, route } from "@/lib/server/http/route";
import { previewInvite } from "@/lib/server/invites";

/** Also for somebody who has no account yet. */
export const GET = route({ auth: "optional", limit: "invite" }, async ({ user = null, params }) =>
  json(200, await previewInvite(user, params.token)),
);
