import { GroupsQuery, MakeGroupInput } from "@/lib/protocol/groups";
import { listOpenGroups, makeGroup } from "@/lib/server/groups";
import { json, route } from "@/lib/server/http/route";

export const GET = route({ query: GroupsQuery, limit: "search" }, async ({ user, query }) => json(200, await listOpenGroups(user, query)));

export const POST = route({ body: MakeGroupInput, limit: "change" }, async ({ user, body }) => {
  const { conversation, created } = await makeGroup(user, body);
  return json(created ? 201 : 200, conversation, { Location: `/api/conversations/${conversation.id}` });
});
