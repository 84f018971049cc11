import { route } from "@/lib/server/http/route";
import { openStream } from "@/lib/server/realtime/open";

export const GET = route({ auth: "stream", limit: "stream" }, ({ request, user, session }) => openStream(request, { user, session }));
