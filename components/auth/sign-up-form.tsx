"use client";

import { TextField } from "@/components/ui/text-field";
import { signUp } from "@/lib/client/account/access";
import { PASSWORD_MIN, USERNAME_MAX } from "@/lib/protocol/limits";
import { PASSWORD_RULES, USERNAME_RULES } from "@/lib/protocol/users";
import { AuthForm, type RefusedForm } from "./auth-form";
import { UsernameField } from "./username-field";

export function SignUpForm({ to, refused }: { to: string; refused?: RefusedForm | undefined }) {
  return (
    <AuthForm
      submit={({ username, password }) => signUp(username, password)}
      action="/api/forms/sign-up"
      refused={refused}
      to={to}
      button="Create account"
    >
      {(errors) => (
        <>
          <UsernameField
            maxLength={USERNAME_MAX}
            hint="This is how others find you."
            rules={USERNAME_RULES}
            defaultValue={refused?.username}
            error={errors.username}
          />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={PASSWORD_MIN}
            hint="A few words that do not belong together are good. What is guessed first is refused."
            rules={PASSWORD_RULES}
            error={errors.password}
          />
        </>
      )}
    </AuthForm>
  );
}
