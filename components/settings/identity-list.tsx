"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Time } from "@/components/ui/time";
import type { Outcome } from "@/lib/client/account/account";
import type { Identity } from "@/lib/protocol/users";
import { useAccount } from "./account-provider";

type Props = { identities: Identity[]; providers: { id: string; name: string }[]; refusal: string | undefined };

/** Who signs in to this account from elsewhere, one by one, and where one more can be linked. */
export function IdentityList({ identities, providers, refusal }: Props) {
  const router = useRouter();
  const account = useAccount();
  const [error, setError] = useState(refusal);
  const [pending, startTransition] = useTransition();

  const settle = <T,>(work: () => Promise<Outcome<T>>, then: (value: T) => void) =>
    startTransition(async () => {
      const { value, errors } = await work();
      setError(errors?.form);
      if (!errors) then(value);
    });

  return (
    <div className="grid gap-4">
      {identities.length > 0 && (
        <ul className="grid gap-1">
          {identities.map(({ id, issuer, name, createdAt }) => (
            <li key={id} className="flex min-h-12 items-center justify-between gap-4">
              <div className="min-w-0">
                <p className="truncate">
                  <bdi>{issuer}</bdi>
                  {name && <bdi className="ms-2 text-muted">{name}</bdi>}
                </p>
                <p className="text-sm text-muted">
                  Linked <Time at={createdAt} as="list" />
                </p>
              </div>
              <Button
                disabled={pending}
                aria-label={`Unlink ${name ? `${issuer}, ${name}` : issuer}`}
                onClick={() =>
                  settle(
                    () => account.unlinkIdentity(id),
                    () => router.refresh(),
                  )
                }
              >
                Unlink
              </Button>
            </li>
          ))}
        </ul>
      )}
      {error && (
        <p role="alert" className="text-sm text-danger">
          {error}
        </p>
      )}
      {providers.length > 0 && (
        <div className="flex flex-wrap gap-2">
          {providers.map(({ id, name }) => (
            <Button
              key={id}
              disabled={pending}
              onClick={() =>
                settle(
                  () => account.beginLink(id),
                  (url) => window.location.assign(url),
                )
              }
            >
              Link <bdi>{name}</bdi>
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
