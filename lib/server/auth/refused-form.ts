import "server-only";
import { z } from "zod";
import { type Refusal, seeOther } from "../http/route";
import { attributes, cookieName, cookieOf } from "./session-cookie";

/** Why a form for signing in or up was sent back, and what its page fills in again: never a password. */
const RefusedForm = z.object({ form: z.enum(["sign-in", "sign-up"]), errors: z.record(z.string(), z.string()), username: z.string() });
export type RefusedForm = z.infer<typeof RefusedForm>;

/** Seconds that the page has to take it up. */
const KEPT_S = 60;
/** Characters that are kept of what somebody typed for a username. */
const USERNAME_KEPT = 100;

const name = () => cookieName("refused-form");

/** Sends the browser back to the form. What it said goes by a cookie: addresses end up in histories and logs. */
export function backToForm(form: RefusedForm["form"], refusal: Refusal, username: string | undefined, query = ""): Response {
  const errors = "errors" in refusal.body ? refusal.body.errors : { form: refusal.body.message };
  const kept: RefusedForm = { form, errors, username: (username ?? "").slice(0, USERNAME_KEPT) };
  const value = Buffer.from(JSON.stringify(kept)).toString("base64url");
  return seeOther(`/${form}${query}`, [`${name()}=${value}; Max-Age=${KEPT_S}; ${attributes()}`]);
}

/** A `Set-Cookie` that takes it away once a form has been accepted. */
export function clearedRefusedForm(): string {
  return `${name()}=; Max-Age=0; ${attributes()}`;
}

/** What was sent back a moment ago; null where it was another form, or none. Anything odd counts as none. */
export function refusedForm(headers: Headers, form: RefusedForm["form"]): RefusedForm | null {
  const value = cookieOf(headers, name());
  if (value === null) return null;
  try {
    const { data } = RefusedForm.safeParse(JSON.parse(Buffer.from(value, "base64url").toString()));
    return data?.form === form ? data : null;
  } catch {
    return null;
  }
}
