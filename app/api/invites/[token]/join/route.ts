import { json, route } from "@/lib/server/http/route";
import { joinByInvite } from "@/lib/server/invites";

export const POST = route({ limit: "invite" }, async ({ user, params }) => json(200, await joinByInvite(user, params.token)));
