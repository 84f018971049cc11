import { json, route } from "@/lib/server/http/route";

/** The process lives and answers. It asks nothing of the database: a supervisor would restart us for its faults. */
export const GET = route({ auth: "none" }, () => json(200, { status: "ok" }));
