"use client";

import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { ICON_BUTTON } from "@/components/ui/button";
import { ConversationAvatar, ConversationName } from "@/components/ui/conversation-face";
import { cameFrom } from "@/lib/client/screen/back";
import { useDetails } from "@/lib/client/screen/details";
import { useMessenger } from "@/lib/client/screen/hooks";
import { useVisit } from "@/lib/client/screen/visit";
import type { Conversation } from "@/lib/protocol/conversations";
import { PeopleCount } from "./people-count";

/** With whom one talks, which leads to the details, and, where the list is not beside it, the way back to the list. */
export function ConversationHeader({ conversation }: { conversation: Conversation }) {
  const { onLinkClick } = useVisit();
  const details = useDetails();
  const { group, otherParticipant: other } = conversation;
  // Whoever is cut off themselves does not know who is there.
  const online = useMessenger((state) => other !== null && state.connection.status === "open" && state.online.has(other.id));
  return (
    <header className="conversation-header flex min-h-16 shrink-0 items-center gap-3 px-4 pt-[env(safe-area-inset-top)] max-md:gap-1 max-md:ps-1.5">
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
      <button
        type="button"
        aria-expanded={details.open}
        onClick={() => details.toggle(conversation.id)}
        className="-mx-2 flex min-h-12 min-w-0 flex-1 items-center min-[100rem]:mx-auto min-[100rem]:max-w-186 gap-3 rounded-md px-2 text-start transition-colors duration-120 hover:bg-hover"
      >
        <ConversationAvatar of={conversation} size="sm" />
        <span className={group ? "min-w-0 flex-1" : "flex min-w-0 flex-1 items-baseline gap-2"}>
          <h2 className="flex min-w-0 font-bold">
            <ConversationName of={conversation} />
          </h2>
          {group && <PeopleCount group={group} className="block truncate text-sm text-muted" />}
          {other?.name && <span className="hidden truncate text-sm text-muted sm:block">@{other.username}</span>}
          {online && <span className="ms-auto shrink-0 text-sm text-success">Online</span>}
        </span>
        <span className="sr-only">Details</span>
      </button>
    </header>
  );
}
