import { json, route } from "@/lib/server/http/route";
import { countOnline } from "@/lib/server/participants";

export const GET = route({ limit: "read" }, async ({ user, params }) => json(200, await countOnline(user, params.id)));
