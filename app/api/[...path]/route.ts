import { HttpError } from "@/lib/server/http/errors";
import { route } from "@/lib/server/http/route";

/** What no route answers still gets the contract's error, and not a page. */
const unknown = route({ auth: "none" }, () => {
  throw new HttpError("page_not_found");
});

export { unknown as DELETE, unknown as GET, unknown as PATCH, unknown as POST, unknown as PUT };
