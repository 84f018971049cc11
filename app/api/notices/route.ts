import { json, route } from "@/lib/server/http/route";
import { listNotices } from "@/lib/server/notices";

export const GET = route({ limit: "read" }, async ({ user, session }) => json(200, await listNotices({ user, session })));
