"use client";

import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Time } from "@/components/ui/time";
import { copyText } from "@/lib/client/screen/clipboard";
import { displayName } from "@/lib/client/screen/person";
import type { Invite } from "@/lib/protocol/groups";

/** A link to a group: to copy, and to revoke. */
export function InviteRow({ invite, onRevoke }: { invite: Invite; onRevoke: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<boolean | null>(null);
  const [asked, setAsked] = useState(false);
  const address = `${window.location.origin}${invite.url}`;

  async function copy() {
    const done = await copyText(address);
    if (!done) field.current?.select();
    setCopied(done);
  }

  return (
    <div className="grid gap-2 rounded-md bg-raised p-3">
      <input ref={field} readOnly aria-label="Link" value={address} className="w-full truncate bg-transparent text-sm outline-none" />
      <p className="text-sm text-muted">
        By <bdi>{displayName(invite.creator)}</bdi>, {usedSo(invite.uses)}
        {invite.usesLeft !== null && `, ${invite.usesLeft} left`}
        {invite.expiresAt && (
          <>
            , until <Time at={invite.expiresAt} as="day" />
          </>
        )}
      </p>
      <div className="flex gap-2">
        <Button onClick={() => void copy()} className="flex-1">
          {copied ? <Check aria-hidden="true" className="size-4" /> : <Copy aria-hidden="true" className="size-4" />}
          {copied ? "Copied" : "Copy"}
        </Button>
        <Button look="danger" onClick={() => setAsked(true)}>
          Revoke
        </Button>
        <Confirm open={asked} onOpenChange={setAsked} title="Revoke this link?" action="Revoke" onConfirm={onRevoke}>
          Whoever has it cannot join by it any more. Who has joined stays.
        </Confirm>
      </div>
      <p role="alert" className="text-sm text-danger empty:hidden">
        {copied === false && "The browser did not allow that. The link is selected: copy it by hand."}
      </p>
    </div>
  );
}

function usedSo(uses: number): string {
  if (uses === 0) return "not used yet";
  return uses === 1 ? "used once" : `used ${uses.toLocaleString("en")} times`;
}
