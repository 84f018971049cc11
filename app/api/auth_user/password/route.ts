import { ChangePasswordInput } from "@/lib/protocol/users";
import { tokenAnswer } from "@/lib/server/auth/token-answer";
import { route } from "@/lib/server/http/route";
import { changePassword } from "@/lib/server/users";

/** The token that asked is void from now on, as all others are; the answer has the one that takes its place. */
export const PUT = route({ body: ChangePasswordInput, limit: "change" }, async ({ user, session, request, body }) =>
  tokenAnswer(request, await changePassword({ user, session }, body)),
);
