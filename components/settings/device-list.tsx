"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Time } from "@/components/ui/time";
import { endAllSessions, endSession, endThisSession, type Outcome } from "@/lib/client/account";
import type { Session } from "@/lib/protocol/users";

/** Where one is signed in. Ending the session of this browser leads to the sign-in page. */
export function DeviceList({ sessions }: { sessions: Session[] }) {
  const router = useRouter();
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();

  const end = (work: () => Promise<Outcome<void>>, leaves: boolean) =>
    startTransition(async () => {
      const { errors } = await work();
      setError(errors?.form);
      if (errors) return;
      if (leaves) window.location.assign("/sign-in");
      else router.refresh();
    });

  return (
    <div className="grid gap-4">
      <ul className="grid gap-1">
        {sessions.map((session) => (
          <li key={session.id} className="flex min-h-12 items-center justify-between gap-4">
            <div className="min-w-0">
              <p className="truncate">
                {session.device}
                {session.current && <span className="ms-2 text-sm font-medium text-success">This device</span>}
              </p>
              <p className="text-sm text-muted">
                Last seen <Time at={session.seenAt} as="list" />, signed in <Time at={session.createdAt} as="list" />
              </p>
            </div>
            <Button
              disabled={pending}
              aria-label={`Sign out ${session.device}`}
              onClick={() => (session.current ? end(endThisSession, true) : end(() => endSession(session.id), false))}
            >
              Sign out
            </Button>
          </li>
        ))}
      </ul>
      {error && (
        <p role="alert" className="text-sm text-danger">
          {error}
        </p>
      )}
      <Button look="danger" disabled={pending} onClick={() => end(endAllSessions, true)} className="justify-self-start">
        Sign out everywhere
      </Button>
    </div>
  );
}
