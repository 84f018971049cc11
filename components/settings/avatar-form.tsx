"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import type { Outcome } from "@/lib/client/account/account";
import type { User } from "@/lib/protocol/users";
import { useAccount } from "./account-provider";

/** A picture is shown as it will look before it is kept: chosen, looked at, then used. */
export function AvatarForm({ user }: { user: User }) {
  const router = useRouter();
  const account = useAccount();
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<{ file: File; url: string } | null>(null);
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();

  useEffect(() => {
    if (chosen) return () => URL.revokeObjectURL(chosen.url);
  }, [chosen]);

  const settle = (work: () => Promise<Outcome<User>>) =>
    startTransition(async () => {
      const { errors } = await work();
      setError(errors?.avatar ?? errors?.form);
      // What is no picture cannot be used the next time either: one chooses another.
      if (!errors || errors.avatar) setChosen(null);
      if (!errors) router.refresh();
    });

  function cancel() {
    setChosen(null);
    setError(undefined);
  }

  return (
    <div className="flex items-center gap-5">
      <Avatar user={chosen ? { ...user, avatarURL: chosen.url } : user} size="lg" />
      <div className="grid gap-2">
        <div className="flex flex-wrap gap-2">
          {chosen ? (
            <>
              <Button look="primary" disabled={pending} onClick={() => settle(() => account.uploadAvatar(chosen.file))}>
                Use this picture
              </Button>
              <Button disabled={pending} onClick={cancel}>
                Cancel
              </Button>
            </>
          ) : (
            <>
              <Button disabled={pending} onClick={() => input.current?.click()}>
                Choose a picture
              </Button>
              {user.avatarURL && (
                <Button disabled={pending} onClick={() => settle(account.removeAvatar)}>
                  Remove
                </Button>
              )}
            </>
          )}
        </div>
        <p role={error ? "alert" : undefined} className={`text-sm ${error ? "text-danger" : "text-muted"}`}>
          {error ?? "Cut to a square. Without one, your initials stand here."}
        </p>
        <input
          ref={input}
          type="file"
          accept="image/*"
          aria-label="Picture"
          hidden
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = "";
            setError(undefined);
            if (file) setChosen({ file, url: URL.createObjectURL(file) });
          }}
        />
      </div>
    </div>
  );
}
