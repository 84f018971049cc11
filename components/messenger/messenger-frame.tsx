"use client";

import { usePathname, useSelectedLayoutSegments } from "next/navigation";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { ConversationScreen } from "@/components/conversation/conversation-screen";
import { DetailsPanel } from "@/components/details/details-panel";
import { NewGroupDialog } from "@/components/groups/new-group-dialog";
import { TroubleProvider } from "@/components/ui/trouble";
import { createMessenger, type Snapshot } from "@/lib/client/messenger";
import { DetailsProvider, useDetailsState } from "@/lib/client/screen/details";
import { MessengerContext, useStart } from "@/lib/client/screen/hooks";
import { followKeyboard } from "@/lib/client/screen/keyboard";
import { conversationIn } from "@/lib/client/screen/visit";
import type { Notice } from "@/lib/protocol/notices";
import { Announcer } from "./announcer";
import { ConnectionBanner } from "./connection-banner";
import { ConversationSkeleton } from "./conversation-skeleton";
import { type Dialogs, DialogsContext } from "./dialogs-context";
import { FindDialog } from "./find-dialog";
import { NothingOpen } from "./nothing-open";
import { Sidebar } from "./sidebar";
import { SignedOut } from "./signed-out";

type Props = {
  snapshot: Snapshot;
  notices: readonly Notice[];
  administrator: boolean;
  /** Whether the details stood beside conversations at the last visit. */
  detailsDocked: boolean;
  children: ReactNode;
};

/**
 * The frame that stays while conversations come and go: the list at the left, what is open at the
 * right; on a phone one of the two. It holds the page's one messenger.
 */
export function MessengerFrame({ snapshot, notices, administrator, detailsDocked, children }: Props) {
  const [messenger] = useState(() => createMessenger(snapshot));
  const [finding, setFinding] = useState(false);
  const [makingGroup, setMakingGroup] = useState<"for some" | "for everybody" | null>(null);
  const dialogs = useMemo<Dialogs>(
    () => ({
      find: () => setFinding(true),
      newGroup: ({ everybody } = { everybody: false }) => setMakingGroup(everybody ? "for everybody" : "for some"),
      administrator,
    }),
    [administrator],
  );
  const served = useSelectedLayoutSegments()[1] ?? null;
  // They differ while the address has moved on without the server (see visit.ts).
  const path = usePathname();
  const openId = conversationIn(path);
  const details = useDetailsState(detailsDocked);
  useStart(messenger);
  useEffect(followKeyboard, []);

  return (
    <MessengerContext value={messenger}>
      <a href="#main" className="skip-link">
        Skip to the conversation
      </a>
      <TroubleProvider>
        <DialogsContext value={dialogs}>
          <DetailsProvider value={details}>
            <div
              className="messenger"
              data-open={path !== "/" ? "" : undefined}
              data-details={details.open ? (details.page ? "page" : "docked") : undefined}
            >
              <Sidebar openId={openId} notices={notices} />
              <main id="main" tabIndex={-1} className="pane-conversation">
                <ConnectionBanner />
                {openId === served && children}
                {openId !== served && (openId ? <ConversationScreen key={openId} id={openId} /> : <NothingOpen />)}
              </main>
              {openId && details.open && <DetailsPanel key={openId} id={openId} />}
              <ConversationSkeleton />
            </div>
            <FindDialog open={finding} onOpenChange={setFinding} openId={openId} />
            <NewGroupDialog making={makingGroup} onClose={() => setMakingGroup(null)} administrator={administrator} />
          </DetailsProvider>
        </DialogsContext>
      </TroubleProvider>
      <Announcer />
      <SignedOut />
    </MessengerContext>
  );
}
