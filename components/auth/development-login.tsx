"use client";

import { useState, useTransition } from "react";
import { Avatar, PersonName } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { signInAs } from "@/lib/client/account/access";
import type { User } from "@/lib/protocol/users";

/** For development and demonstrations: become anybody, by one click for those whom the server names. */
export function DevelopmentLogin({ cast, to }: { cast: User[]; to: string }) {
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();

  const become = (username: string) =>
    startTransition(async () => {
      const refused = await signInAs(username);
      setError(refused?.username ?? refused?.form);
      if (!refused) window.location.assign(to);
    });

  const form = { method: "post", action: "/api/forms/sign-in" } as const;

  return (
    <section aria-labelledby="development-login" className="mt-8 rounded-lg bg-sidebar p-4">
      <h2 id="development-login" className="font-medium">
        Development login
      </h2>
      <p className="text-sm text-muted">This server lets anyone in as anybody.</p>
      {cast.length > 0 && (
        <form
          {...form}
          onSubmit={(event) => {
            event.preventDefault();
            become((event.nativeEvent as SubmitEvent).submitter?.getAttribute("value") ?? "");
          }}
        >
          <input type="hidden" name="to" value={to} />
          <ul className="-mx-2 mt-3 grid grid-cols-2">
            {cast.map((user) => (
              <li key={user.id}>
                <button
                  type="submit"
                  name="username"
                  value={user.username}
                  disabled={pending}
                  className="flex min-h-10 w-full touch:min-h-11 items-center gap-2 rounded-md px-2 text-start transition-colors duration-120 hover:bg-hover"
                >
                  <Avatar user={user} size="sm" />
                  <PersonName user={user} />
                </button>
              </li>
            ))}
          </ul>
        </form>
      )}
      <form
        {...form}
        className="mt-3 flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          become(String(new FormData(event.currentTarget).get("username") ?? ""));
        }}
      >
        <input type="hidden" name="to" value={to} />
        <TextField
          label="Be somebody"
          name="username"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          error={error}
          className="flex-1"
        />
        <Button type="submit" disabled={pending} className="h-10 self-end">
          Enter
        </Button>
      </form>
    </section>
  );
}
