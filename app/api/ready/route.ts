import { json, route } from "@/lib/server/http/route";
import { requireReady } from "@/lib/server/readiness";

/** Whether to send requests here: the database answers, it has had every migration, and we are not going away. */
export const GET = route({ auth: "none" }, async () => {
  await requireReady();
  return json(200, { status: "ready" });
});
