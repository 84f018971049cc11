import { SignUpInput } from "@/lib/protocol/users";
import { backToForm } from "@/lib/server/auth/refused-form";
import { signInBrowser } from "@/lib/server/auth/sign-in-browser";
import { route } from "@/lib/server/http/route";
import { addressOf } from "@/lib/server/rate-limits";
import { signUp } from "@/lib/server/users";

/** Making an account without script, which signs in at once. */
export const POST = route(
  {
    auth: "none",
    limit: "sign_up",
    form: { shape: SignUpInput, refused: (refusal, { username }) => backToForm("sign-up", refusal, username) },
  },
  async ({ body, request }) => signInBrowser(request, { user: await signUp(body, addressOf(request)) }, "/"),
);
