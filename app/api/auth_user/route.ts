import { UpdateUserInput } from "@/lib/protocol/users";
import { json, route } from "@/lib/server/http/route";
import { requireAuthUser, setName } from "@/lib/server/users";

export const GET = route({ limit: "read" }, async ({ user }) => json(200, await requireAuthUser(user.id)));

export const PATCH = route({ body: UpdateUserInput, limit: "profile" }, async ({ user, body }) =>
  json(200, await setName(user.id, body.name)),
);
