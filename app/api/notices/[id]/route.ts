import { HttpError } from "@/lib/server/http/errors";
import { noContent, route } from "@/lib/server/http/route";
import { dismissNotice } from "@/lib/server/notices";

/** Takes it off the screen; what happened stays listed. */
export const DELETE = route({ limit: "change" }, async ({ user, session, params }) => {
  if (!(await dismissNotice({ user, session }, params.id))) throw new HttpError("notice_not_found");
  return noContent();
});
