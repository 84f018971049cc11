"use client";

import { LogOut, Trash2 } from "lucide-react";
import { useState } from "react";
import { Confirm } from "@/components/ui/confirm";
import { useAct } from "@/components/ui/trouble";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { conversationName } from "@/lib/client/screen/person";
import { useVisit } from "@/lib/client/screen/visit";
import type { Conversation } from "@/lib/protocol/conversations";
import { PANEL_ROW } from "./panel-row";

/** The way out: of a group by leaving it, of a direct conversation by deleting it for oneself. Both ask first. */
export function Leaving({ conversation }: { conversation: Conversation }) {
  const { id, group, lastMessage } = conversation;
  const messenger = useMessengerActions();
  const { visit } = useVisit();
  const act = useAct();
  const [asking, ask] = useState(false);
  if (group ? group.everybody : !lastMessage) return null;

  async function leave() {
    const done = await act(() => (group ? messenger.leaveGroup(id) : messenger.changePlace(id, { deletedUpTo: lastMessage?.id })));
    if (done) visit("/");
  }

  const alone = group?.participantCount === 1;
  const name = conversationName(conversation);
  return (
    <div className="mt-4 border-t border-hairline pt-3">
      <button type="button" className={`${PANEL_ROW} text-danger`} onClick={() => ask(true)}>
        {group ? <LogOut aria-hidden="true" className="size-4 shrink-0" /> : <Trash2 aria-hidden="true" className="size-4 shrink-0" />}
        {group ? "Leave group" : "Delete conversation"}
      </button>
      {group ? (
        <Confirm open={asking} onOpenChange={ask} title={`Leave ${name}?`} action={alone ? "Leave and end it" : "Leave"} onConfirm={leave}>
          {alone
            ? "You are the last one in it, so the group ends with all that was said."
            : "What is said there is no longer shown to you."}
        </Confirm>
      ) : (
        <Confirm open={asking} onOpenChange={ask} title={`Delete the conversation with ${name}?`} action="Delete for me" onConfirm={leave}>
          It is gone for you, on all your devices. {name} keeps it.
        </Confirm>
      )}
    </div>
  );
}
