import { ChangePasswordInput } from "@/lib/protocol/users";
import { noContent, route } from "@/lib/server/http/route";
import { changePassword } from "@/lib/server/users";

export const PUT = route({ body: ChangePasswordInput, limit: "change" }, async ({ user, session, body }) => {
  await changePassword({ user, session }, body);
  return noContent();
});
