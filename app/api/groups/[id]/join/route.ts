import { joinGroup } from "@/lib/server/admission";
import { json, route } from "@/lib/server/http/route";

export const POST = route({ limit: "change" }, async ({ user, params }) => json(200, await joinGroup(user, params.id)));
