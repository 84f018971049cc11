import { ChangePlaceInput } from "@/lib/protocol/conversations";
import { json, route } from "@/lib/server/http/route";
import { changePlace } from "@/lib/server/places";

export const PATCH = route({ body: ChangePlaceInput, limit: "change" }, async ({ user, params, body }) =>
  json(200, await changePlace(user, params.id, body)),
);
