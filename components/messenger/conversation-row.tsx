"use client";

import Link, { useLinkStatus } from "next/link";
import { memo } from "react";
import { Avatar, PersonName } from "@/components/ui/avatar";
import { Time } from "@/components/ui/time";
import { useConversation, useDraft } from "@/lib/client/hooks";
import { useVisit } from "@/lib/client/visit";
import { UnreadCount } from "./unread-count";

type Props = { id: string; open: boolean; tabStop: boolean; onFocus: (id: string) => void };

/** A conversation in the list. It follows its own part of the state, so others do not draw it again. */
export const ConversationRow = memo(function ConversationRow({ id, open, tabStop, onFocus }: Props) {
  const conversation = useConversation(id);
  const draft = useDraft(id).trim();
  const { onLinkClick } = useVisit();
  const other = conversation?.otherParticipant;
  if (!conversation || !other) return null;
  const { lastMessage, unreadCount } = conversation;
  const unread = unreadCount > 0;
  return (
    <li>
      <Link
        href={`/c/${id}`}
        prefetch={false}
        aria-current={open ? "page" : undefined}
        tabIndex={tabStop ? 0 : -1}
        onFocus={() => onFocus(id)}
        onClick={onLinkClick}
        className="flex h-17 items-center gap-3 rounded-md px-3 outline-offset-[-2px] transition-colors duration-120 hover:bg-hover aria-[current=page]:bg-selected"
      >
        <Pending />
        <Avatar user={other} />
        <div className="min-w-0 flex-1">
          <div className="flex items-baseline gap-2">
            <span className={`flex min-w-0 flex-1 ${unread ? "font-bold" : "font-medium"}`}>
              <PersonName user={other} />
            </span>
            {lastMessage && <Time at={lastMessage.createdAt} as="list" className="shrink-0 text-xs text-muted" />}
          </div>
          <div className="flex items-center gap-2">
            <p className={`min-w-0 flex-1 truncate text-sm ${unread ? "text-text" : "text-muted"}`}>
              {draft && !open ? (
                <>
                  <span className="text-accent">Draft: </span>
                  <bdi dir="auto">{preview(draft)}</bdi>
                </>
              ) : (
                lastMessage && (
                  <>
                    {lastMessage.mine && <span>You: </span>}
                    <bdi dir="auto">{preview(lastMessage.content)}</bdi>
                  </>
                )
              )}
            </p>
            <UnreadCount count={unreadCount} />
          </div>
        </div>
      </Link>
    </li>
  );
});

/** Tells the style sheet that this conversation is on its way. */
function Pending() {
  return useLinkStatus().pending && <span data-pending="" />;
}

/** As much as a line could hold; the rest of a long message need not be in the page. */
function preview(text: string): string {
  return text.slice(0, 140);
}
