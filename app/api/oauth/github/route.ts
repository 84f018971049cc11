import { beginSignIn } from "@/lib/server/auth/next-auth-handler";
import { config } from "@/lib/server/config";
import { HttpError } from "@/lib/server/http/errors";
import { route } from "@/lib/server/http/route";

export const GET = route({ auth: "none", limit: "auth" }, ({ request }) => {
  if (!config().GITHUB_ID) throw new HttpError("page_not_found");
  return beginSignIn(request, "github");
});
