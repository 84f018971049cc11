"use client";

import { signIn } from "next-auth/react";
import { Button } from "@/components/ui/button";

type Provider = { id: string; name: string; linked: boolean };

/** The issuers that this server is set up for. Linking is signing in there while signed in here. */
export function IdentityList({ providers, refusal }: { providers: Provider[]; refusal: string | undefined }) {
  return (
    <div className="grid gap-4">
      {refusal && (
        <p role="alert" className="text-sm text-danger">
          {refusal}
        </p>
      )}
      <ul className="grid gap-1">
        {providers.map(({ id, name, linked }) => (
          <li key={id} className="flex min-h-12 items-center justify-between gap-4">
            <bdi className="truncate">{name}</bdi>
            {linked ? (
              <span className="text-sm font-medium text-success">Linked</span>
            ) : (
              <Button aria-label={`Link ${name}`} onClick={() => signIn(id, { callbackUrl: "/settings" })}>
                Link
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
