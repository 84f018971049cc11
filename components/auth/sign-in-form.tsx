"use client";

import { TextField } from "@/components/ui/text-field";
import { signInWithPassword } from "@/lib/client/access";
import { AuthForm } from "./auth-form";

export function SignInForm({ to }: { to: string }) {
  return (
    <AuthForm
      submit={({ username, password }) => signInWithPassword(username, password)}
      action="/api/auth/callback/credentials"
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
            error={errors.username}
          />
          <TextField label="Password" name="password" type="password" autoComplete="current-password" error={errors.password} />
        </>
      )}
    </AuthForm>
  );
}
