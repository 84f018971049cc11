"use client";

import { ContextMenu } from "@base-ui/react/context-menu";
import { type ReactNode, type SyntheticEvent, useRef, useState } from "react";
import { ContextMenuArea, ContextMenuPopup } from "@/components/ui/context-menu";
import { MENU_ITEM } from "@/components/ui/menu-item";
import { useAct } from "@/components/ui/trouble";
import { actionsOf } from "@/lib/client/screen/conversation-actions";
import { useConversation, useMessengerActions } from "@/lib/client/screen/hooks";
import { conversationIn } from "@/lib/client/screen/visit";
import { ActionIcon } from "./action-icon";

/** What can be done with a conversation of the list: one menu for all rows, by right click, long press or the menu key. */
export function ConversationMenu({ children }: { children: ReactNode }) {
  const home = useRef<HTMLDivElement>(null);
  const [id, setId] = useState("");

  const aim = (event: SyntheticEvent) => {
    const link = (event.target as HTMLElement).closest<HTMLAnchorElement>("a[href]");
    const found = link && conversationIn(link.pathname);
    if (!found) return event.stopPropagation();
    setId(found);
  };

  return (
    <>
      <div ref={home} />
      <ContextMenu.Root>
        <ContextMenuArea onAim={aim}>{children}</ContextMenuArea>
        <ContextMenuPopup home={home}>
          <Items id={id} />
        </ContextMenuPopup>
      </ContextMenu.Root>
    </>
  );
}

function Items({ id }: { id: string }) {
  const messenger = useMessengerActions();
  const conversation = useConversation(id);
  const act = useAct();
  if (!conversation) return null;
  return actionsOf(messenger, conversation).map(({ name, label, run }) => (
    <ContextMenu.Item key={name} className={MENU_ITEM} onClick={() => void act(run)}>
      <ActionIcon name={name} />
      {label}
    </ContextMenu.Item>
  ));
}
