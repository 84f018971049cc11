import { ChangeRoleInput } from "@/lib/protocol/groups";
import { json, noContent, route } from "@/lib/server/http/route";
import { changeRole, removeParticipant } from "@/lib/server/participants";

export const PATCH = route({ body: ChangeRoleInput, limit: "change" }, async ({ user, params, body }) =>
  json(200, await changeRole(user, params.id, params.userId, body.role)),
);

/** Takes somebody out, or leaves. */
export const DELETE = route({ limit: "change" }, async ({ user, params }) => {
  await removeParticipant(user, params.id, params.userId);
  return noContent();
});
