import { ReadMessagesInput } from "@/lib/protocol/messages";
import { noContent, route } from "@/lib/server/http/route";
import { readMessages } from "@/lib/server/reading";

export const POST = route({ body: ReadMessagesInput, optionalBody: true, limit: "read" }, async ({ user, params, body }) => {
  await readMessages(user, params.id, body.upTo);
  return noContent();
});
