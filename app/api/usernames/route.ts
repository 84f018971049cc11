import { UsernameSearch } from "@/lib/protocol/users";
import { json, route } from "@/lib/server/http/route";
import { suggestUsernames } from "@/lib/server/users";

export const GET = route({ query: UsernameSearch, limit: "search" }, async ({ user, query }) =>
  json(200, await suggestUsernames(query.search, user.id)),
);
