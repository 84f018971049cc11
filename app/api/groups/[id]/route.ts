import { ChangeGroupInput } from "@/lib/protocol/groups";
import { changeGroup, getGroup } from "@/lib/server/groups";
import { json, route } from "@/lib/server/http/route";

export const GET = route({ limit: "read" }, async ({ user, params }) => json(200, await getGroup(user, params.id)));

export const PATCH = route({ body: ChangeGroupInput, limit: "change" }, async ({ user, params, body }) =>
  json(200, await changeGroup(user, params.id, body)),
);
