import { type Explanation, explanationIn } from "@/lib/protocol/errors/body";
import { reason, sentence, sentenceOf } from "@/lib/protocol/errors/codes";
import type { Reason } from "@/lib/protocol/errors/entry";
import { RECENT_SIGN_IN_MINUTES } from "@/lib/protocol/limits";

/** Sentences by field; what belongs to no field stands under `form`. */
export type FormErrors = Readonly<Record<string, string>>;

export const UNREACHABLE: FormErrors = { form: sentence("server_unreachable") };

/** What next-auth says in an address, and what we have it say there. */
const REFUSALS: Readonly<Record<string, Reason>> = {
  CredentialsSignin: reason("wrong_credentials"),
  TooManyRequests: reason("sign_in_slowed"),
  OAuthAccountNotLinked: reason("identity_of_another"),
  SignInAgain: reason("identity_needs_recent_sign_in", { minutes: RECENT_SIGN_IN_MINUTES }),
  SomebodyElse: reason("identity_meant_for_another"),
  SignUpClosed: reason("sign_up_closed"),
  SessionRequired: reason("page_needs_sign_in"),
};

/** The sentence for what an address says. Anybody can put anything into one, so only what is listed here counts. */
export function refusalOf(said: string): string {
  return sentenceOf(whyRefused(said), "");
}

function whyRefused(said: string): Reason {
  const known = Object.hasOwn(REFUSALS, said) ? REFUSALS[said] : undefined;
  return known ?? reason("sign_in_failed");
}

/** Signs in on this browser. Null when it worked, else what to tell. */
export async function signInWithPassword(username: string, password: string): Promise<FormErrors | null> {
  if (!username.trim()) return { username: sentence("sign_in_username_required") };
  if (!password) return { password: sentence("sign_in_password_required") };
  const refused = await signInWith({ username, password });
  return refused && { form: sentenceOf(refused, "") };
}

/** The development login: by name alone, where the server allows it. */
export async function signInAs(username: string): Promise<FormErrors | null> {
  if (!username.trim()) return { username: sentence("become_whom") };
  const refused = await signInWith({ username });
  if (refused?.code === "wrong_credentials") return { username: sentence("become_nobody") };
  return refused && { form: sentenceOf(refused, "") };
}

/** Makes the account, then signs in with it. */
export async function signUp(username: string, password: string): Promise<FormErrors | null> {
  try {
    const response = await fetch("/api/users", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password }),
    });
    if (!response.ok) return formErrors(await explanationOf(response));
  } catch {
    return UNREACHABLE;
  }
  return signInWithPassword(username, password);
}

/** What a refused request says. */
export async function explanationOf(response: Response): Promise<Explanation> {
  const said = explanationIn(await response.json().catch(() => null));
  return said ?? { message: sentence("something_wrong"), reason: reason("something_wrong"), fields: {} };
}

/** The same by field. */
export function formErrors({ message, fields }: Explanation): FormErrors {
  return Object.keys(fields).length > 0 ? fields : { form: message };
}

/** Speaks to next-auth itself, whose own client leaves the page where the server cannot be reached. */
async function signInWith(credentials: Record<string, string>): Promise<Reason | null> {
  try {
    const { csrfToken } = await (await fetch("/api/auth/csrf")).json();
    const body = new URLSearchParams({ ...credentials, csrfToken, json: "true" });
    const response = await fetch("/api/auth/callback/credentials", { method: "POST", body });
    const { url } = await response.json();
    return response.ok ? null : whyRefused(new URL(url).searchParams.get("error") ?? "");
  } catch {
    return reason("server_unreachable");
  }
}

/** What a query says of a name: an address may repeat it, and then the first counts. */
export function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
