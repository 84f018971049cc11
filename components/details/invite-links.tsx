"use client";

import { useCallback, useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Rows } from "@/components/ui/rows";
import { Select } from "@/components/ui/select";
import { useAct } from "@/components/ui/trouble";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { usePages } from "@/lib/client/screen/pages";
import { InviteRow } from "./invite-row";

const DAY_S = 86_400;
const LASTS = [
  ["604800", "A week"],
  ["86400", "A day"],
  [String(30 * DAY_S), "30 days"],
  ["", "For ever"],
] as const;
const USES = [
  ["", "Any number"],
  ["1", "One person"],
  ["10", "10 people"],
  ["100", "100 people"],
] as const;

/** The links by which people join a group: made, copied and revoked. */
export function InviteLinks({ groupId }: { groupId: string }) {
  const { ask } = useMessengerActions();
  const act = useAct();
  const load = useCallback(() => ask.invites(groupId), [ask, groupId]);
  const links = usePages(load);
  const [lasts, setLasts] = useState<string>(LASTS[0][0]);
  const [uses, setUses] = useState<string>(USES[0][0]);
  const [pending, startTransition] = useTransition();

  const make = () =>
    startTransition(async () => {
      const input = { ...(lasts && { expiresIn: Number(lasts) }), ...(uses && { uses: Number(uses) }) };
      await act(async () => {
        const made = await ask.makeInvite(groupId, input);
        links.change((before) => [made, ...before]);
      });
    });

  return (
    <div className="grid gap-6">
      <form
        className="grid gap-3 px-2"
        onSubmit={(event) => {
          event.preventDefault();
          make();
        }}
      >
        <p className="text-sm text-pretty text-muted">
          Whoever has a link sees what the group is called and can join it. Who has no account makes one first.
        </p>
        <div className="grid grid-cols-2 gap-3">
          <Select label="Good for" value={lasts} options={LASTS} onPick={setLasts} />
          <Select label="Lets in" value={uses} options={USES} onPick={setUses} />
        </div>
        <Button type="submit" look="primary" disabled={pending}>
          Make a link
        </Button>
      </form>
      <Rows pages={links} label="Invite links" empty="No links yet." className="px-2 [&>ul]:grid [&>ul]:grid-cols-1 [&>ul]:gap-2">
        {(invite) => (
          <InviteRow
            invite={invite}
            onRevoke={() =>
              void act(async () => {
                await ask.revokeInvite(groupId, invite.id);
                links.change((before) => before.filter(({ id }) => id !== invite.id));
              })
            }
          />
        )}
      </Rows>
    </div>
  );
}
