import { AddParticipantsInput, ParticipantsQuery } from "@/lib/protocol/groups";
import { json, route } from "@/lib/server/http/route";
import { addParticipants, listParticipants } from "@/lib/server/participants";

export const GET = route({ query: ParticipantsQuery, limit: "search" }, async ({ user, params, query }) =>
  json(200, await listParticipants(user, params.id, query)),
);

export const POST = route({ body: AddParticipantsInput, limit: "change" }, async ({ user, params, body }) =>
  json(200, await addParticipants(user, params.id, body.usernames)),
);
