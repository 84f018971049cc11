import { MessagesQuery, SendMessageInput } from "@/lib/protocol/messages";
import { json, route } from "@/lib/server/http/route";
import { listMessages, sendMessage } from "@/lib/server/messages";

export const GET = route({ query: MessagesQuery, limit: "read" }, async ({ user, params, query }) =>
  json(200, await listMessages(user, params.id, query)),
);

export const POST = route({ body: SendMessageInput, limit: "send" }, async ({ user, params, body }) => {
  const { message, created } = await sendMessage(user, params.id, body);
  return json(created ? 201 : 200, message);
});
