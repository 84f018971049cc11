import "server-only";
import { seeOther } from "../http/route";
import { type Admitted, createSession, deviceOf } from "../sessions";
import { signedInBefore } from "./next-auth";
import { clearedRefusedForm } from "./refused-form";
import { sessionCookie } from "./session-cookie";
import { signOut } from "./sign-out";

/** Signs this browser in as somebody who has shown who they are, in place of whoever it was signed in as, and leads it to a page. */
export async function signInBrowser(request: Request, admitted: Admitted, path: string): Promise<Response> {
  const before = await signedInBefore(request);
  const { token, expiresAt } = await createSession(admitted, deviceOf(request));
  if (before) await signOut(before.user.id, before.session.id);
  return seeOther(path, [sessionCookie(token, expiresAt), clearedRefusedForm()]);
}
