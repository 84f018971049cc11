import { MakeInviteInput } from "@/lib/protocol/groups";
import { json, route } from "@/lib/server/http/route";
import { listInvites, makeInvite } from "@/lib/server/invites";

export const GET = route({ limit: "read" }, async ({ user, params }) => json(200, await listInvites(user, params.id)));

export const POST = route({ body: MakeInviteInput, optionalBody: true, limit: "change" }, async ({ user, params, body }) =>
  json(201, await makeInvite(user, params.id, body)),
);
