"use client";

import { Menu } from "@base-ui/react/menu";
import { Ellipsis } from "lucide-react";
import { useRef, useState } from "react";
import { ICON_BUTTON } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { MENU_DANGER, MENU_ITEM } from "@/components/ui/menu-item";
import { useAct } from "@/components/ui/trouble";
import { useMessenger, useMessengerActions } from "@/lib/client/screen/hooks";
import { displayName } from "@/lib/client/screen/person";
import { type Group, may, mayRemove } from "@/lib/protocol/groups";
import { Role } from "@/lib/protocol/quiet-lines";
import type { User } from "@/lib/protocol/users";

const MADE: Record<Role, string> = {
  owner: "Make an owner",
  administrator: "Make an administrator",
  participant: "Make a participant",
};

type Props = { group: Group; role: Role; user: User; theirs: Role; onChanged: () => void };

/** What one may do with somebody in a group; nothing where one may do nothing. */
export function ParticipantMenu({ group, role, user, theirs, onChanged }: Props) {
  const { ask } = useMessengerActions();
  const me = useMessenger((state) => state.me.id);
  const act = useAct();
  const home = useRef<HTMLDivElement>(null);
  const [asking, setAsking] = useState(false);
  const roles = may(role, group, "roles") ? Role.options.filter((each) => each !== theirs) : [];
  const removable = user.id !== me && mayRemove(role, theirs) && !group.everybody;
  if (roles.length === 0 && !removable) return null;

  const change = async (work: () => Promise<unknown>) => {
    if (await act(work)) onChanged();
  };
  const name = displayName(user);
  return (
    <Menu.Root>
      <div ref={home}>
        <Menu.Trigger aria-label={`Actions for ${name}`} className={ICON_BUTTON}>
          <Ellipsis aria-hidden="true" className="size-4" />
        </Menu.Trigger>
      </div>
      <Menu.Portal container={home}>
        <Menu.Positioner align="end" sideOffset={4} className="z-20 outline-none">
          <Menu.Popup className="floating min-w-52 p-1.5">
            {roles.map((each) => (
              <Menu.Item key={each} className={MENU_ITEM} onClick={() => void change(() => ask.changeRole(group.id, user.id, each))}>
                {MADE[each]}
              </Menu.Item>
            ))}
            {removable && (
              <Menu.Item className={MENU_DANGER} onClick={() => setAsking(true)}>
                Remove from the group
              </Menu.Item>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Remove ${name}?`}
        action="Remove"
        onConfirm={() => void change(() => ask.removeParticipant(group.id, user.id))}
      >
        They no longer see what was said in the group, nor what is said next.
      </Confirm>
    </Menu.Root>
  );
}
