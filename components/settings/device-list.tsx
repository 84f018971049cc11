"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { SignOutDialog, useSignOut } from "@/components/account/sign-out";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Time } from "@/components/ui/time";
import { leavingOf } from "@/lib/client/account/leaving";
import type { Session, User } from "@/lib/protocol/users";
import { useAccount } from "./account-provider";

/** Where one is signed in. Ending the session of this browser leads to the sign-in page. */
export function DeviceList({ user, sessions }: { user: User; sessions: Session[] }) {
  const router = useRouter();
  const account = useAccount();
  const [leaving] = useState(() => leavingOf(user.id));
  const signOut = useSignOut(leaving);
  const [error, setError] = useState<string>();
  const [asked, setAsked] = useState(false);
  const [pending, startTransition] = useTransition();

  const end = (id: string) =>
    startTransition(async () => {
      const { errors } = await account.endSession(id);
      setError(errors?.form);
      if (!errors) router.refresh();
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
              disabled={pending || signOut.pending}
              aria-label={`Sign out ${session.device}`}
              onClick={() => (session.current ? signOut.ask(account.endThisSession) : end(session.id))}
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
      <Button look="danger" disabled={pending || signOut.pending} onClick={() => setAsked(true)} className="justify-self-start">
        Sign out everywhere
      </Button>
      <Confirm
        open={asked}
        onOpenChange={setAsked}
        title="Sign out everywhere?"
        action="Sign out everywhere"
        onConfirm={() => signOut.ask(account.endAllSessions)}
      >
        You are signed out on all of these devices, this one too.
      </Confirm>
      <SignOutDialog {...signOut} />
    </div>
  );
}
