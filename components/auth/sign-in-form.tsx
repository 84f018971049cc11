"use client";

import { TextField } from "@/components/ui/text-field";
import { signInWithPassword } from "@/lib/client/access";
import { AuthForm, type RefusedForm } from "./auth-form";

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
          <TextField
            label="Username"
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            defaultValue={refused?.username}
            error={errors.username}
          />
          <TextField label="Password" name="password" type="password" autoComplete="current-password" error={errors.password} />
        </>
      )}
    </AuthForm>
  );
}
