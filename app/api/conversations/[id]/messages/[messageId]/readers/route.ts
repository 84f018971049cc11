import { ListQuery } from "@/lib/protocol/messages";
import { json, route } from "@/lib/server/http/route";
import { listReaders } from "@/lib/server/reading";

export const GET = route({ query: ListQuery, limit: "search" }, async ({ user, params, query }) =>
  json(200, await listReaders(user, params.id, params.messageId, query)),
);
