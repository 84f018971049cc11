"use client";

import { Search } from "lucide-react";
import { useState } from "react";
import { Notices } from "@/components/account/notices";
import { Mark } from "@/components/ui/mark";
import { useMessenger } from "@/lib/client/screen/hooks";
import { useHotkeyName } from "@/lib/client/screen/keys";
import type { Notice } from "@/lib/protocol/notices";
import { ArchivedList } from "./archived-list";
import { ConversationList } from "./conversation-list";
import { useDialogs } from "./dialogs-context";
import { NewMenu } from "./new-menu";
import { OwnMenu } from "./own-menu";
import { SidebarResizer } from "./sidebar-resizer";
import { StrandedWords } from "./stranded";

type Props = { openId: string | null; notices: readonly Notice[] };

/** Who one is, how to find somebody, and with whom one talks. */
export function Sidebar({ openId, notices }: Props) {
  const { find } = useDialogs();
  const [archive, showArchive] = useState(false);
  const userId = useMessenger((state) => state.me.id);
  const hotkey = useHotkeyName("K");
  return (
    <section aria-label="Sidebar" className="pane-list">
      <header className="flex min-h-16 shrink-0 items-center justify-between gap-2 ps-5 pe-3 pt-[env(safe-area-inset-top)]">
        <h1 className="flex items-center gap-2.5 text-lg font-bold tracking-tight">
          <Mark className="size-6" />
          Parley
        </h1>
        <OwnMenu />
      </header>
      <div className="flex shrink-0 gap-2 px-3 pb-2">
        <button
          type="button"
          onClick={find}
          aria-keyshortcuts="Control+K Meta+K"
          className="flex h-10 min-w-0 flex-1 items-center gap-2.5 rounded-md bg-hover px-3 text-start text-muted transition-colors duration-120 hover:text-text touch:h-11"
        >
          <Search aria-hidden="true" className="size-4" />
          <span className="flex-1 truncate">Find or start a conversation</span>
          <kbd className="font-sans text-xs touch:hidden">{hotkey}</kbd>
        </button>
        <NewMenu onArchive={() => showArchive(true)} />
      </div>
      <Notices userId={userId} notices={notices} />
      <StrandedWords />
      {archive ? <ArchivedList openId={openId} onBack={() => showArchive(false)} /> : <ConversationList openId={openId} />}
      <SidebarResizer />
    </section>
  );
}
