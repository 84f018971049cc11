import { ConversationsQuery, StartConversationInput } from "@/lib/protocol/conversations";
import { listConversations, startConversation } from "@/lib/server/conversations";
import { json, route } from "@/lib/server/http/route";

export const GET = route({ query: ConversationsQuery, limit: "read" }, async ({ user, query }) =>
  json(200, await listConversations(user, query)),
);

export const POST = route({ body: StartConversationInput, limit: "change" }, async ({ user, body }) => {
  const { conversation, created } = await startConversation(user, body.username);
  const location = { Location: `/api/conversations/${conversation.id}` };
  return created ? json(201, conversation, location) : json(302, conversation, location);
});
