"use client";

import { ContextMenu } from "@base-ui/react/context-menu";
import { CheckCheck, Copy, MailOpen } from "lucide-react";
import { type ReactNode, type SyntheticEvent, useRef, useState } from "react";
import { ContextMenuArea, ContextMenuPopup } from "@/components/ui/context-menu";
import { MENU_ITEM } from "@/components/ui/menu-item";
import { Trouble, useAct } from "@/components/ui/trouble";
import { copyText } from "@/lib/client/screen/clipboard";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import type { Message } from "@/lib/protocol/messages";
import { ReadersDialog } from "./readers-dialog";

type Props = {
  conversationId: string;
  messages: readonly Message[];
  /** Somebody may want to know who of a group has read it. */
  inGroup: boolean;
  /** The rows. */
  children: ReactNode;
};

/** What can be done with a message: one menu for all rows, by right click, long press, or the button of a row. */
export function MessageMenu({ conversationId, messages, inGroup, children }: Props) {
  const messenger = useMessengerActions();
  const act = useAct();
  const home = useRef<HTMLDivElement>(null);
  const [message, setMessage] = useState<Message | null>(null);
  const [asked, setAsked] = useState<Message | null>(null);

  // A link, and text that is selected, keep the browser's own menu.
  const aim = (event: SyntheticEvent) => {
    const target = event.target as HTMLElement;
    const seq = Number(target.closest<HTMLElement>("li[data-seq].message")?.dataset.seq);
    const found = messages.find((each) => each.seq === seq);
    if (!found || target.closest("a") || !getSelection()?.isCollapsed) return event.stopPropagation();
    setMessage(found);
  };

  return (
    <>
      <div ref={home} />
      <ContextMenu.Root>
        <ContextMenuArea onAim={aim}>{children}</ContextMenuArea>
        <ContextMenuPopup home={home}>
          {message && (
            <>
              <ContextMenu.Item className={MENU_ITEM} onClick={() => void act(() => copy(message))}>
                <Copy aria-hidden="true" className="size-4 text-muted" />
                Copy text
              </ContextMenu.Item>
              <ContextMenu.Item className={MENU_ITEM} onClick={() => void act(() => messenger.markUnread(conversationId, message))}>
                <MailOpen aria-hidden="true" className="size-4 text-muted" />
                Mark unread from here
              </ContextMenu.Item>
              {inGroup && (
                <ContextMenu.Item className={MENU_ITEM} onClick={() => setAsked(message)}>
                  <CheckCheck aria-hidden="true" className="size-4 text-muted" />
                  Who has read it
                </ContextMenu.Item>
              )}
            </>
          )}
        </ContextMenuPopup>
      </ContextMenu.Root>
      <ReadersDialog message={asked} onClose={() => setAsked(null)} />
    </>
  );
}

async function copy({ content }: Message): Promise<void> {
  if (!(await copyText(content))) throw new Trouble("The browser did not allow that: select the text to copy it.");
}
