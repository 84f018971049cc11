"use client";

import { type ReactNode, useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import type { FormErrors } from "@/lib/client/account/access";

/** What was wrong with a form that came back without script, and the username that stood in it. */
export type RefusedForm = { errors: FormErrors; username: string };

type Props = {
  /** Signs in; null when it worked. */
  submit: (values: { username: string; password: string }) => Promise<FormErrors | null>;
  /** Where a browser without our script sends the form: by POST, so that no password ends up in an address. */
  action: string;
  refused?: RefusedForm | undefined;
  /** Where to go then. */
  to: string;
  button: string;
  children: (errors: FormErrors) => ReactNode;
};

/** What sign-in and sign-up share: send, tell what is wrong beside its field, go on when it worked. */
export function AuthForm({ submit, action, refused, to, button, children }: Props) {
  const [errors, setErrors] = useState<FormErrors>(refused?.errors ?? {});
  const [pending, startTransition] = useTransition();

  return (
    <form
      method="post"
      action={action}
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const data = new FormData(form);
        startTransition(async () => {
          const wrong = await submit({ username: String(data.get("username") ?? ""), password: String(data.get("password") ?? "") });
          setErrors(wrong ?? {});
          // A new document: everything that the last person's session rendered is gone with the old one.
          if (!wrong) return window.location.assign(to);
          form.querySelector<HTMLInputElement>(`[name="${Object.keys(wrong)[0]}"]`)?.focus();
        });
      }}
    >
      <input type="hidden" name="to" value={to} />
      {children(errors)}
      {errors.form && (
        <p role="alert" className="text-sm text-danger">
          {errors.form}
        </p>
      )}
      <Button type="submit" look="primary" disabled={pending} className="mt-1 w-full">
        {button}
      </Button>
    </form>
  );
}
