"use client";

import { Archive, BellOff, Pin } from "lucide-react";
import Link, { useLinkStatus } from "next/link";
import { memo } from "react";
import { ConversationAvatar, ConversationName } from "@/components/ui/conversation-face";
import { Time } from "@/components/ui/time";
import { useConversation, useDraft, useOutbox } from "@/lib/client/screen/hooks";
import { useVisit } from "@/lib/client/screen/visit";
import { isMuted } from "@/lib/client/store/mutes";
import { RowPreview } from "./row-preview";
import { UnreadCount } from "./unread-count";

type Props = { id: string; open: boolean; tabStop: boolean; onFocus: (id: string) => void };

/** A conversation in the list. It follows its own part of the state, so others do not draw it again. */
export const ConversationRow = memo(function ConversationRow({ id, open, tabStop, onFocus }: Props) {
  const conversation = useConversation(id);
  const draft = useDraft(id).trim();
  const items = useOutbox(id);
  const { onLinkClick } = useVisit();
  if (!conversation) return null;
  const { group, lastMessage, unreadCount, pinned, archived } = conversation;
  const muted = isMuted(conversation);
  const unread = unreadCount > 0;
  const unsent = items.findLast(({ state }) => state === "failed") ?? items.at(-1);
  const at = unsent?.createdAt ?? conversation.listedAt ?? lastMessage?.createdAt;
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
        <ConversationAvatar of={conversation} />
        <div className="min-w-0 flex-1">
          <div className="flex items-baseline gap-2">
            <span className={`flex min-w-0 flex-1 ${unread ? "font-bold" : "font-medium"}`}>
              <ConversationName of={conversation} />
              {muted && <RowMark Icon={BellOff} says="Muted" />}
            </span>
            {at && <Time at={at} as="list" className="shrink-0 text-xs text-muted" />}
          </div>
          <div className="flex items-center gap-2">
            <p className={`flex min-w-0 flex-1 items-center gap-1 text-sm ${unread ? "text-text" : "text-muted"}`}>
              <RowPreview lastMessage={lastMessage} inGroup={group !== null} draft={open ? "" : draft} unsent={unsent} />
            </p>
            {pinned !== null && <RowMark Icon={Pin} says="Pinned" />}
            {archived && <RowMark Icon={Archive} says="Archived" />}
            <UnreadCount count={unreadCount} quiet={muted} />
          </div>
        </div>
      </Link>
    </li>
  );
});

/** What is one's own of a conversation, as one small mark. */
function RowMark({ Icon, says }: { Icon: typeof Pin; says: string }) {
  return (
    <span className="inline-flex shrink-0 items-center ps-1.5 text-muted">
      <Icon aria-hidden="true" className="size-3.5" />
      <span className="sr-only">{says}</span>
    </span>
  );
}

/** Tells the style sheet that this conversation is on its way, and takes no room in the row. */
function Pending() {
  return useLinkStatus().pending && <span hidden data-pending="" />;
}
