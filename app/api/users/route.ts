import { SignUpInput, UserSearch } from "@/lib/protocol/users";
import { json, route } from "@/lib/server/http/route";
import { addressOf } from "@/lib/server/rate-limits";
import { searchUsers } from "@/lib/server/user-search";
import { signUp } from "@/lib/server/users";

export const GET = route({ query: UserSearch, limit: "search" }, async ({ user, query }) =>
  json(200, await searchUsers(query.search, user)),
);

export const POST = route({ auth: "none", body: SignUpInput, limit: "sign_up" }, async ({ body, request }) =>
  json(201, await signUp(body, addressOf(request))),
);
