import "server-only";
import type { RefreshedToken } from "@/lib/protocol/users";
import { json } from "../http/route";
import type { SignedIn } from "../sessions";
import { sessionCookie } from "./session-cookie";

/** Gives a caller the token that it uses from now on; a browser that came with its cookie has it in there too. */
export function tokenAnswer(request: Request, { token, expiresAt }: SignedIn) {
  const byToken = request.headers.has("authorization");
  return json(
    200,
    { token, expiresAt: expiresAt.toISOString() } satisfies RefreshedToken,
    byToken ? undefined : { "Set-Cookie": sessionCookie(token, expiresAt) },
  );
}
