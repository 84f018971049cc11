import { safeReturnPath } from "@/lib/protocol/return-path";
import { SignInForm } from "@/lib/protocol/users";
import { backToForm } from "@/lib/server/auth/refused-form";
import { signIn } from "@/lib/server/auth/sign-in";
import { signInBrowser } from "@/lib/server/auth/sign-in-browser";
import { route } from "@/lib/server/http/route";
import { addressOf } from "@/lib/server/rate-limits";

/** Signing in without script. */
export const POST = route(
  {
    auth: "none",
    form: {
      shape: SignInForm,
      refused: (refusal, { username, to }) =>
        backToForm("sign-in", refusal, username, `?${new URLSearchParams({ callbackUrl: safeReturnPath(to) })}`),
    },
  },
  async ({ body: { to, ...credentials }, request }) =>
    signInBrowser(request, await signIn(credentials, addressOf(request)), safeReturnPath(to)),
);
