"use client";

import { ArrowLeft, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { ICON_BUTTON } from "@/components/ui/button";
import { useDetails } from "@/lib/client/screen/details";
import { useConversation } from "@/lib/client/screen/hooks";
import { AddPeople } from "./add-people";
import { GroupSettings } from "./group-settings";
import { InviteLinks } from "./invite-links";
import { Overview } from "./overview";

const TITLES = { overview: "Details", people: "Add people", links: "Invite links", settings: "Group settings" } as const;
export type DetailsView = keyof typeof TITLES;

/** All that there is to know of a conversation and to do with it: beside it, or as a page of its own. */
export function DetailsPanel({ id }: { id: string }) {
  const conversation = useConversation(id);
  const details = useDetails();
  const [view, show] = useState<DetailsView>("overview");
  const [shown, setShown] = useState(false);
  useEffect(() => setShown(true), []);
  const heading = useRef<HTMLHeadingElement>(null);
  const left = useRef(view);
  // What was pressed has gone with the view that it stood in: who goes by keyboard goes on from the head of the next.
  useEffect(() => {
    if (left.current !== view) heading.current?.focus({ preventScroll: true });
    left.current = view;
  }, [view]);
  const back = () => show("overview");
  // The first paint may have it in the conversation alone: the place is kept, so that nothing moves when it is known here.
  if (!conversation) return shown || details.page ? null : <aside aria-hidden="true" className="pane-details" />;
  return (
    <aside aria-label="Details" className="pane-details">
      <header className="flex min-h-16 shrink-0 items-center gap-1 ps-3 pe-3 pt-[env(safe-area-inset-top)]">
        {view !== "overview" && (
          <button type="button" aria-label="Back" className={ICON_BUTTON} onClick={back}>
            <ArrowLeft aria-hidden="true" className="size-4.5" />
          </button>
        )}
        <h2 ref={heading} tabIndex={-1} className="flex-1 px-2 font-bold outline-none">
          {TITLES[view]}
        </h2>
        <button type="button" aria-label="Close details" className={ICON_BUTTON} onClick={details.close}>
          <X aria-hidden="true" className="size-4.5" />
        </button>
      </header>
      <div key={view} className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-3 pb-[max(1rem,env(safe-area-inset-bottom))]">
        {view === "overview" && <Overview conversation={conversation} show={show} />}
        {view === "people" && <AddPeople groupId={id} onDone={back} />}
        {view === "links" && <InviteLinks groupId={id} />}
        {view === "settings" && conversation.group && <GroupSettings group={conversation.group} role={conversation.role} />}
      </div>
    </aside>
  );
}
