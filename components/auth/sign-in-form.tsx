"use client";

import { TextField } from "@/components/ui/text-field";
import { signInWithPassword } from "@/lib/client/account/access";
import { AuthForm, type RefusedForm } from "./auth-form";
import { UsernameField } from "./username-field";

export function SignInForm({ to, refused }: { to: string; refused?: RefusedForm | undefined }) {
  return (
    <AuthForm
      submit={({ username, password }) => signInWithPassword(username, password)}
      action="/api/forms/sign-in"
      refused={refused}
      to={to}
      button="Sign in"
    >
      {(errors) => (
        <>
          <UsernameField defaultValue={refused?.username} error={errors.username} />
          <TextField label="Password" name="password" type="password" autoComplete="current-password" error={errors.password} />
        </>
      )}
    </AuthForm>
  );
}
