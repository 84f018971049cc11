"use client";

import { useRef, useState } from "react";
import { useMessenger, useMessengerActions, useOrder } from "@/lib/client/screen/hooks";
import { moveFocus, useKey } from "@/lib/client/screen/keys";
import { ConversationMenu } from "./conversation-menu";
import { ConversationRow } from "./conversation-row";
import { LoadMore } from "./load-more";
import { NoConversations } from "./no-conversations";

/** The conversations, the latest first, as live as the messages. Arrow keys walk it; Alt with them switches. */
export function ConversationList({ openId }: { openId: string | null }) {
  const list = useRef<HTMLUListElement>(null);
  const messenger = useMessengerActions();
  const order = useOrder();
  const hasMore = useMessenger((state) => state.hasMore);
  const loading = useMessenger((state) => state.loadingMore);
  const [focused, setFocused] = useState<string | null>(null);

  useKey(
    (event) => event.altKey && !event.ctrlKey && !event.metaKey && (event.key === "ArrowUp" || event.key === "ArrowDown"),
    (event) => {
      const step = event.key === "ArrowDown" ? 1 : -1;
      const at = openId ? order.indexOf(openId) : -1;
      const next = order[at < 0 ? 0 : at + step];
      list.current?.querySelector<HTMLElement>(`a[href="/c/${next}"]`)?.click();
    },
  );

  if (order.length === 0 && !hasMore) return <NoConversations />;
  // One row is in the tab order: where the focus last was, else what is open, else the first.
  const stop = [focused, openId].find((id) => id !== null && order.includes(id)) ?? order[0];
  return (
    <nav
      aria-label="Conversations"
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]"
    >
      <ConversationMenu>
        <ul
          ref={list}
          onKeyDown={(event) => {
            if (!event.altKey && moveFocus(event.currentTarget, event.key)) event.preventDefault();
          }}
        >
          {order.map((id) => (
            <ConversationRow key={id} id={id} open={id === openId} tabStop={id === stop} onFocus={setFocused} />
          ))}
        </ul>
      </ConversationMenu>
      {hasMore && <LoadMore count={order.length} loading={loading} onLoad={() => void messenger.loadMore()} />}
    </nav>
  );
}
