"use client";

import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { Avatar, PersonName } from "@/components/ui/avatar";
import { ICON_BUTTON } from "@/components/ui/button";
import { cameFrom } from "@/lib/client/screen/back";
import { useMessenger } from "@/lib/client/screen/hooks";
import { useVisit } from "@/lib/client/screen/visit";
import type { User } from "@/lib/protocol/users";

/** With whom one talks and, where the list is not beside it, the way back to the list. */
export function ConversationHeader({ other }: { other: User | null }) {
  const { onLinkClick } = useVisit();
  // Whoever is cut off themselves does not know who is there.
  const online = useMessenger((state) => other !== null && state.connection.status === "open" && state.online.has(other.id));
  return (
    <header className="conversation-header flex min-h-16 shrink-0 items-center gap-3 px-4 pt-[env(safe-area-inset-top)] max-md:gap-2 max-md:ps-1.5">
      <Link
        href="/"
        aria-label="Conversations"
        className={`${ICON_BUTTON} md:hidden`}
        onClick={(event) => {
          // Going back and not forth keeps the browser's own back button meaning what it says.
          if (!cameFrom("/")) return onLinkClick(event);
          event.preventDefault();
          window.history.back();
        }}
      >
        <ArrowLeft aria-hidden="true" className="size-5" />
      </Link>
      {other && (
        <>
          <Avatar user={other} size="sm" />
          <div className="flex min-w-0 flex-1 items-baseline gap-2">
            <h2 className="flex min-w-0 font-bold">
              <PersonName user={other} />
            </h2>
            {other.name && <span className="hidden truncate text-sm text-muted sm:block">@{other.username}</span>}
            {online && <span className="ms-auto shrink-0 text-sm text-success">Online</span>}
          </div>
        </>
      )}
    </header>
  );
}
