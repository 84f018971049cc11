"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import type { FormErrors } from "@/lib/client/account/access";
import type { User } from "@/lib/protocol/users";
import { useAccount } from "./account-provider";
import { FormNote } from "./section";

export function NameForm({ user }: { user: User }) {
  const router = useRouter();
  const account = useAccount();
  const [errors, setErrors] = useState<FormErrors>({});
  const [done, setDone] = useState<string | null>(null);
  const [pending, startTransition] = useTransition();
  return (
    <form
      noValidate
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const name = String(new FormData(event.currentTarget).get("name") ?? "");
        startTransition(async () => {
          const { errors: refused } = await account.rename(name);
          setErrors(refused ?? {});
          setDone(refused ? null : "Saved.");
          if (!refused) router.refresh();
        });
      }}
    >
      <TextField
        label="Display name"
        name="name"
        dir="auto"
        autoComplete="name"
        defaultValue={user.name ?? ""}
        placeholder={user.username}
        hint={`Others find you by this name, or as @${user.username}.`}
        error={errors.name}
      />
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={pending}>
          Save name
        </Button>
        <FormNote done={done} error={errors.form} />
      </div>
    </form>
  );
}
