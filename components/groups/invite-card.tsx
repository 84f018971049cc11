"use client";

import Link from "next/link";
import { useState, useTransition } from "react";
import { Avatar, GroupAvatar, PersonName } from "@/components/ui/avatar";
import { Button, buttonClass } from "@/components/ui/button";
import { createApi } from "@/lib/client/api";
import { ApiError } from "@/lib/client/request";
import { displayName, peopleCount } from "@/lib/client/screen/person";
import type { InvitePreview } from "@/lib/protocol/groups";
import type { User } from "@/lib/protocol/users";

type Props = {
  token: string;
  preview: InvitePreview;
  /** Null for somebody who is not signed in. */
  me: User | null;
  /** New accounts can be made here. */
  signUp: boolean;
};

/** What a group is that somebody is invited to, and the way in. */
export function InviteCard({ token, preview: { group, by, joined }, me, signUp }: Props) {
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();
  const back = new URLSearchParams({ callbackUrl: `/join/${token}` });

  const join = () =>
    startTransition(async () => {
      try {
        const { id } = await createApi({ userId: me?.id ?? "" }).joinByInvite(token);
        window.location.assign(`/c/${id}`);
      } catch (reason) {
        if (!(reason instanceof ApiError)) throw reason;
        setError(reason.message);
      }
    });

  return (
    <main id="main" className="flex min-h-dvh flex-col p-4">
      <div className="floating m-auto grid w-full max-w-96 grid-cols-1 justify-items-center gap-2 p-8 text-center">
        <p className="mb-3 flex max-w-full items-center justify-center gap-2 text-sm text-muted">
          <Avatar user={by} size="sm" />
          <span className="flex min-w-0 gap-1">
            <PersonName user={by} />
            <span className="shrink-0">invites you to</span>
          </span>
        </p>
        <GroupAvatar group={group} size="lg" />
        <h1 dir="auto" className="max-w-full text-xl font-bold tracking-tight text-balance wrap-anywhere">
          {group.name}
        </h1>
        <p className="text-sm text-muted">{peopleCount(group.participantCount)}</p>
        {group.description && (
          <p dir="auto" className="max-w-full text-pretty whitespace-pre-wrap wrap-anywhere">
            {group.description}
          </p>
        )}
        <div className="mt-5 grid w-full grid-cols-1 gap-2">
          {me && joined && (
            <Link href={`/c/${group.id}`} className={buttonClass("primary")}>
              Open the group
            </Link>
          )}
          {me && !joined && (
            <Button look="primary" className="min-w-0" disabled={pending} onClick={join}>
              <span className="truncate">
                Join as <bdi dir="auto">{displayName(me)}</bdi>
              </span>
            </Button>
          )}
          {!me && signUp && (
            <Link href={`/sign-up?${back}`} className={buttonClass("primary")}>
              Create an account
            </Link>
          )}
          {!me && (
            <Link href={`/sign-in?${back}`} className={buttonClass(signUp ? "quiet" : "primary")}>
              I have an account
            </Link>
          )}
        </div>
        {error && (
          <p role="alert" className="text-sm text-danger">
            {error}
          </p>
        )}
      </div>
    </main>
  );
}
