"use client";

import Link, { useLinkStatus } from "next/link";
import { memo } from "react";
import { Avatar, PersonName } from "@/components/ui/avatar";
import { Time } from "@/components/ui/time";
import { useConversation, useDraft, useOutbox } from "@/lib/client/screen/hooks";
import { useVisit } from "@/lib/client/screen/visit";
import { RowPreview } from "./row-preview";
import { UnreadCount } from "./unread-count";

type Props = { id: string; open: boolean; tabStop: boolean; onFocus: (id: string) => void };

/** A conversation in the list. It follows its own part of the state, so others do not draw it again. */
export const ConversationRow = memo(function ConversationRow({ id, open, tabStop, onFocus }: Props) {
  const conversation = useConversation(id);
  const draft = useDraft(id).trim();
  const items = useOutbox(id);
  const { onLinkClick } = useVisit();
  const other = conversation?.otherParticipant;
  if (!conversation || !other) return null;
  const { lastMessage, unreadCount } = conversation;
  const unread = unreadCount > 0;
  const unsent = items.findLast(({ state }) => state === "failed") ?? items.at(-1);
  const at = unsent?.createdAt ?? lastMessage?.createdAt;
  return (
    <li>
      <Link
        href={`/c/${id}`}
        prefetch={false}
        aria-current={open ? "page" : undefined}
        tabIndex={tabStop ? 0 : -1}
        onFocus={() => onFocus(id)}
        onClick={onLinkClick}
        className="conversation-row"
      >
        <Pending />
        <Avatar user={other} />
        <div className="min-w-0 flex-1">
          <div className="flex items-baseline gap-2">
            <span className={`flex min-w-0 flex-1 ${unread ? "font-bold" : "font-medium"}`}>
              <PersonName user={other} />
            </span>
            {at && <Time at={at} as="list" className="shrink-0 text-xs text-muted" />}
          </div>
          <div className="flex items-center gap-2">
            <p className={`flex min-w-0 flex-1 items-center gap-1 text-sm ${unread ? "text-text" : "text-muted"}`}>
              <RowPreview lastMessage={lastMessage} draft={open ? "" : draft} unsent={unsent} />
            </p>
            <UnreadCount count={unreadCount} />
          </div>
        </div>
      </Link>
    </li>
  );
});

/** Tells the style sheet that this conversation is on its way, and takes no room in the row. */
function Pending() {
  return useLinkStatus().pending && <span hidden data-pending="" />;
}
