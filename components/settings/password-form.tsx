"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import type { FormErrors } from "@/lib/client/account/access";
import { PASSWORD_MIN } from "@/lib/protocol/limits";
import { useAccount } from "./account-provider";
import { FormNote } from "./section";

export function PasswordForm({ username, hasPassword }: { username: string; hasPassword: boolean }) {
  const router = useRouter();
  const account = useAccount();
  const [errors, setErrors] = useState<FormErrors>({});
  const [done, setDone] = useState<string | null>(null);
  const [pending, startTransition] = useTransition();
  return (
    <form
      method="post"
      noValidate
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const data = new FormData(form);
        const current = data.get("currentPassword");
        startTransition(async () => {
          const newPassword = String(data.get("newPassword") ?? "");
          const { errors: refused } = await account.changePassword(
            current === null ? { newPassword } : { currentPassword: String(current), newPassword },
          );
          setErrors(refused ?? {});
          setDone(refused ? null : "Saved.");
          if (refused) return;
          form.reset();
          router.refresh();
        });
      }}
    >
      {/* Tells a password manager whose password this is. */}
      <input type="text" name="username" autoComplete="username" defaultValue={username} readOnly hidden />
      {hasPassword && (
        <TextField
          label="Current password"
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          error={errors.currentPassword}
        />
      )}
      <TextField
        label="New password"
        name="newPassword"
        type="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN} characters. A few words that do not belong together are good.`}
        error={errors.newPassword}
      />
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={pending}>
          {hasPassword ? "Change password" : "Set password"}
        </Button>
        <FormNote done={done} error={errors.form} />
      </div>
    </form>
  );
}
