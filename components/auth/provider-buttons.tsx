"use client";

import { KeyRound } from "lucide-react";
import { signIn } from "next-auth/react";
import { Button } from "@/components/ui/button";

export type Provider = { id: string; name: string };

/** Sign-in elsewhere: one button for each issuer that this server is set up for. */
export function ProviderButtons({ providers, to }: { providers: Provider[]; to: string }) {
  if (providers.length === 0) return null;
  return (
    <>
      <p className="my-5 flex items-center gap-3 text-sm text-muted before:h-px before:flex-1 before:bg-hairline after:h-px after:flex-1 after:bg-hairline">
        or
      </p>
      <ul className="grid gap-2">
        {providers.map(({ id, name }) => (
          <li key={id}>
            <Button className="w-full" onClick={() => signIn(id, { callbackUrl: to })}>
              <KeyRound aria-hidden="true" className="size-4 text-muted" />
              Continue with <bdi>{name}</bdi>
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
