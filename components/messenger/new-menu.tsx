"use client";

import { Menu } from "@base-ui/react/menu";
import { Archive, CheckCheck, Compass, Plus, Users } from "lucide-react";
import { useRef } from "react";
import { MENU_ITEM } from "@/components/ui/menu-item";
import { useAct } from "@/components/ui/trouble";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { useDialogs } from "./dialogs-context";
import { PageItem } from "./page-item";

/** What there is to do with the list besides finding somebody. */
export function NewMenu({ onArchive }: { onArchive: () => void }) {
  const { newGroup } = useDialogs();
  const messenger = useMessengerActions();
  const act = useAct();
  const home = useRef<HTMLDivElement>(null);
  return (
    <Menu.Root>
      <div ref={home}>
        <Menu.Trigger
          aria-label="New group and more"
          className="flex size-10 touch:size-11 shrink-0 items-center justify-center rounded-md bg-hover text-muted transition-colors duration-120 hover:text-text"
        >
          <Plus aria-hidden="true" className="size-4.5" />
        </Menu.Trigger>
      </div>
      <Menu.Portal container={home}>
        <Menu.Positioner align="end" sideOffset={6} className="z-20 outline-none">
          <Menu.Popup className="floating w-60 p-1.5">
            <Menu.Item className={MENU_ITEM} onClick={() => newGroup()}>
              <Users aria-hidden="true" className="size-4 text-muted" />
              New group
            </Menu.Item>
            <PageItem path="/groups">
              <Compass aria-hidden="true" className="size-4 text-muted" />
              Open groups
            </PageItem>
            <Menu.Item className={MENU_ITEM} onClick={onArchive}>
              <Archive aria-hidden="true" className="size-4 text-muted" />
              Archived conversations
            </Menu.Item>
            <Menu.Item className={MENU_ITEM} onClick={() => void act(messenger.markAllRead)}>
              <CheckCheck aria-hidden="true" className="size-4 text-muted" />
              Mark all as read
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
