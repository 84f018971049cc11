import { ErrorBody } from "@/lib/protocol/errors";
import { RECENT_SIGN_IN_MINUTES } from "@/lib/protocol/limits";

/** Sentences by field; what belongs to no field stands under `form`. */
export type FormErrors = Record<string, string>;

export const UNREACHABLE: FormErrors = { form: "The server cannot be reached. Try again in a moment." };

const REFUSALS: Record<string, string> = {
  CredentialsSignin: "This username and password do not go together.",
  TooManyRequests: "Too many tries. Wait half a minute, then try again: each further failure doubles the wait.",
  OAuthAccountNotLinked: "That identity belongs to another account. Sign in the way you did before.",
  SignInAgain: `Sign out and in again first: an identity is linked within ${RECENT_SIGN_IN_MINUTES} minutes of signing in.`,
  SomebodyElse: "Nothing was linked: somebody else has signed in here meanwhile.",
  SignUpClosed: "New accounts cannot be made on this server.",
  SessionRequired: "Sign in to see this page.",
};

/** The sentence for one of next-auth's codes, or for one of ours. Anybody can put anything into an address, so only our own keys count. */
export function refusalOf(code: string): string {
  const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  return known ?? "Signing in did not work. Try again, or another way.";
}

/** Signs in on this browser. Null when it worked, else what to tell. */
export async function signInWithPassword(username: string, password: string): Promise<FormErrors | null> {
  if (!username.trim()) return { username: "Enter your username." };
  if (!password) return { password: "Enter your password." };
  return signInWith({ username, password });
}

/** The development login: by name alone, where the server allows it. */
export async function signInAs(username: string): Promise<FormErrors | null> {
  if (!username.trim()) return { username: "Whom do you want to be?" };
  const refused = await signInWith({ username });
  return refused?.form === REFUSALS.CredentialsSignin ? { username: "Nobody has that username." } : refused;
}

/** Makes the account, then signs in with it. */
export async function signUp(username: string, password: string): Promise<FormErrors | null> {
  try {
    const response = await fetch("/api/users", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password }),
    });
    if (!response.ok) return await formErrors(response);
  } catch {
    return UNREACHABLE;
  }
  return signInWithPassword(username, password);
}

/** What a refused request says, by field. */
export async function formErrors(response: Response): Promise<FormErrors> {
  const body = ErrorBody.safeParse(await response.json().catch(() => null));
  if (!body.success) return { form: "Something went wrong. Try again." };
  return "errors" in body.data ? body.data.errors : { form: body.data.message };
}

/** Speaks to next-auth itself, whose own client leaves the page where the server cannot be reached. */
async function signInWith(credentials: Record<string, string>): Promise<FormErrors | null> {
  try {
    const { csrfToken } = await (await fetch("/api/auth/csrf")).json();
    const body = new URLSearchParams({ ...credentials, csrfToken, json: "true" });
    const response = await fetch("/api/auth/callback/credentials", { method: "POST", body });
    const { url } = await response.json();
    return response.ok ? null : { form: refusalOf(new URL(url).searchParams.get("error") ?? "") };
  } catch {
    return UNREACHABLE;
  }
}

/** What a query says of a name: an address may repeat it, and then the first counts. */
export function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
