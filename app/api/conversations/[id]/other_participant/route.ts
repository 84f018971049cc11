import { getOtherParticipant } from "@/lib/server/conversations";
import { json, route } from "@/lib/server/http/route";

export const GET = route({ limit: "read" }, async ({ user, params }) => json(200, await getOtherParticipant(user, params.id)));
