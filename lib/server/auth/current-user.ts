import "server-only";
import { headers } from "next/headers";
import type { Caller } from "../http/route";
import { authenticate } from "./authenticate";

/** Who asks for this page, by the session cookie; null where nobody is signed in. For pages only. */
export async function currentCaller(): Promise<Caller | null> {
  const sent = await headers();
  // A page is asked for by a browser: the cookie is the only thing that counts.
  const cookie = new Headers({ cookie: sent.get("cookie") ?? "" });
  const found = await authenticate({ headers: cookie, url: "http://page.invalid/" });
  return found && { user: found.user, session: found.session };
}
