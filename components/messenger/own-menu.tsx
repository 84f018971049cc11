"use client";

import { Menu } from "@base-ui/react/menu";
import { LogOut, Settings } from "lucide-react";
import { useRef } from "react";
import { SignOutDialog, useSignOut } from "@/components/account/sign-out";
import { Avatar, PersonName } from "@/components/ui/avatar";
import { MENU_ITEM } from "@/components/ui/menu-item";
import { createAccount } from "@/lib/client/account/account";
import { useMessenger, useMessengerActions } from "@/lib/client/screen/hooks";
import { PageItem } from "./page-item";

/** One's own picture; behind it, what concerns oneself. */
export function OwnMenu() {
  const me = useMessenger((state) => state.me);
  const signOut = useSignOut(useMessengerActions());
  // Within the landmark of its trigger, where those look for it who go from landmark to landmark.
  const home = useRef<HTMLDivElement>(null);
  return (
    <>
      <Menu.Root>
        <div ref={home}>
          <Menu.Trigger aria-label="Your account" className="rounded-full touch:-me-1.5 touch:p-1.5">
            <Avatar user={me} size="sm" />
          </Menu.Trigger>
        </div>
        <Menu.Portal container={home}>
          <Menu.Positioner align="end" sideOffset={6} className="z-20">
            <Menu.Popup className="floating w-60 p-1.5">
              <div className="px-2.5 pt-1.5 pb-2.5">
                <p className="flex font-bold">
                  <PersonName user={me} />
                </p>
                <p className="truncate text-sm text-muted">@{me.username}</p>
              </div>
              <PageItem path="/settings">
                <Settings aria-hidden="true" className="size-4 text-muted" />
                Settings
              </PageItem>
              <Menu.Item className={MENU_ITEM} onClick={() => signOut.ask(createAccount({ userId: me.id }).endThisSession)}>
                <LogOut aria-hidden="true" className="size-4 text-muted" />
                Sign out
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <SignOutDialog {...signOut} />
    </>
  );
}
