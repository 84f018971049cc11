"use client";

import { ShieldAlert, X } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { ICON_BUTTON } from "@/components/ui/button";
import { Time } from "@/components/ui/time";
import { createAccount } from "@/lib/client/account/account";
import { type Notice, sentenceOfNotice } from "@/lib/protocol/notices";

/** What was done to the account and not seen yet, the latest first: if it was not oneself, there is a way to mend it. */
export function Notices({ userId, notices }: { userId: string; notices: readonly Notice[] }) {
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [account] = useState(() => createAccount({ userId }));
  const shown = notices.filter(({ id }) => !gone.has(id));
  const [latest] = shown;
  if (!latest) return null;
  const more = shown.length - 1;

  function dismiss() {
    setGone(new Set([...gone, ...shown.map(({ id }) => id)]));
    // One that the server does not hear of is shown again with the next page.
    for (const { id } of shown) void account.dismissNotice(id);
  }

  return (
    <section aria-label="About your account" className="mx-3 mb-2 flex shrink-0 gap-2.5 rounded-md bg-raised py-2 ps-3 pe-1 text-sm">
      <ShieldAlert aria-hidden="true" className="mt-1.5 size-4 shrink-0 text-danger" />
      <div className="min-w-0 flex-1 py-1.5">
        <p className="wrap-anywhere">{sentenceOfNotice(latest)}</p>
        <p className="mt-0.5 text-muted">
          <NoticeOrigin notice={latest} />
          {more > 0 && `, and ${more} more`}
        </p>
        <p className="mt-1">
          <Link href="/settings#activity" className="font-medium text-accent underline underline-offset-3 hover:no-underline">
            Was it you?
          </Link>
        </p>
      </div>
      <button type="button" aria-label="Dismiss" className={`${ICON_BUTTON} -mt-1 touch:-mt-2`} onClick={dismiss}>
        <X aria-hidden="true" className="size-4" />
      </button>
    </section>
  );
}

/** All that was done to the account lately. */
export function NoticeList({ notices }: { notices: readonly Notice[] }) {
  return (
    <ul className="grid gap-3">
      {notices.map((notice) => (
        <li key={notice.id}>
          <p className="wrap-anywhere">{sentenceOfNotice(notice)}</p>
          <p className="text-sm text-muted">
            <NoticeOrigin notice={notice} />
          </p>
        </li>
      ))}
    </ul>
  );
}

/** When, and from which device where one did it. */
function NoticeOrigin({ notice: { createdAt, params } }: { notice: Notice }) {
  return (
    <>
      <Time at={createdAt} as="day" /> at <Time at={createdAt} />
      {params.device && `, from ${params.device}`}
    </>
  );
}
