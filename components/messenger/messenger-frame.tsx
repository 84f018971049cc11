"use client";

import { usePathname, useSelectedLayoutSegments } from "next/navigation";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { ConversationScreen } from "@/components/conversation/conversation-screen";
import { createMessenger, type Snapshot } from "@/lib/client/messenger";
import { MessengerContext, useStart } from "@/lib/client/screen/hooks";
import { followKeyboard } from "@/lib/client/screen/keyboard";
import { conversationIn } from "@/lib/client/screen/visit";
import type { Notice } from "@/lib/protocol/notices";
import { Announcer } from "./announcer";
import { ConnectionBanner } from "./connection-banner";
import { ConversationSkeleton } from "./conversation-skeleton";
import { FindContext } from "./find-context";
import { FindDialog } from "./find-dialog";
import { NothingOpen } from "./nothing-open";
import { Sidebar } from "./sidebar";
import { SignedOut } from "./signed-out";

/**
 * The frame that stays while conversations come and go: the list at the left, what is open at the
 * right; on a phone one of the two. It holds the page's one messenger.
 */
export function MessengerFrame({ snapshot, notices, children }: { snapshot: Snapshot; notices: readonly Notice[]; children: ReactNode }) {
  const [messenger] = useState(() => createMessenger(snapshot));
  const [finding, setFinding] = useState(false);
  const find = useCallback(() => setFinding(true), []);
  const served = useSelectedLayoutSegments()[1] ?? null;
  // They differ while the address has moved on without the server (see visit.ts).
  const openId = conversationIn(usePathname());
  useStart(messenger);
  useEffect(followKeyboard, []);

  return (
    <MessengerContext value={messenger}>
      <a href="#main" className="skip-link">
        Skip to the conversation
      </a>
      <div className="messenger" data-open={openId ? "" : undefined}>
        <Sidebar openId={openId} onFind={find} notices={notices} />
        <main id="main" tabIndex={-1} className="pane-conversation">
          <ConnectionBanner />
          <FindContext value={find}>
            {openId === served && children}
            {openId !== served && (openId ? <ConversationScreen key={openId} id={openId} /> : <NothingOpen />)}
          </FindContext>
        </main>
        <ConversationSkeleton />
      </div>
      <FindDialog open={finding} onOpenChange={setFinding} openId={openId} />
      <Announcer />
      <SignedOut />
    </MessengerContext>
  );
}
