import { listIdentities } from "@/lib/server/auth/identities";
import { json, route } from "@/lib/server/http/route";

export const GET = route({ limit: "read" }, async ({ user }) => json(200, await listIdentities(user.id)));
