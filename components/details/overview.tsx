"use client";

import { Link2, type LucideIcon, Settings2, UserPlus } from "lucide-react";
import { ActionIcon } from "@/components/messenger/action-icon";
import { ConversationAvatar } from "@/components/ui/conversation-face";
import { useAct } from "@/components/ui/trouble";
import { actionsOf } from "@/lib/client/screen/conversation-actions";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { conversationName, peopleCount } from "@/lib/client/screen/person";
import type { Conversation } from "@/lib/protocol/conversations";
import { may } from "@/lib/protocol/groups";
import type { DetailsView } from "./details-panel";
import { Leaving } from "./leaving";
import { MuteRow } from "./mute-row";
import { PANEL_ROW } from "./panel-row";
import { Participants } from "./participants";

/** Whom or what a conversation is with, what one can do with it, and who is in it. */
export function Overview({ conversation, show }: { conversation: Conversation; show: (view: DetailsView) => void }) {
  const { group, role, otherParticipant: other } = conversation;
  const messenger = useMessengerActions();
  const act = useAct();
  const actions = actionsOf(messenger, conversation).filter(({ name }) => name !== "mute" && name !== "unmute");
  const go = (to: DetailsView, Icon: LucideIcon, label: string) => (
    <button type="button" className={PANEL_ROW} onClick={() => show(to)}>
      <Icon aria-hidden="true" className="size-4 shrink-0 text-muted" />
      {label}
    </button>
  );
  return (
    <>
      <div className="grid grid-cols-1 justify-items-center gap-2 px-2 pt-2 pb-5 text-center">
        <ConversationAvatar of={conversation} size="lg" />
        <p dir="auto" className="max-w-full text-lg font-bold text-balance wrap-anywhere">
          {conversationName(conversation)}
        </p>
        <p className="max-w-full truncate text-sm text-muted">
          {other && `@${other.username}`}
          {group && `${group.access === "open" ? "Open group" : "Private group"}, ${peopleCount(group.participantCount)}`}
        </p>
        {group?.description && (
          <p dir="auto" className="max-w-full text-balance whitespace-pre-wrap wrap-anywhere">
            {group.description}
          </p>
        )}
      </div>
      <div className="grid">
        <MuteRow conversation={conversation} />
        {actions.map(({ name, label, run }) => (
          <button key={name} type="button" className={PANEL_ROW} onClick={() => void act(run)}>
            <ActionIcon name={name} />
            {label}
          </button>
        ))}
        {may(role, group, "add") && group && go("people", UserPlus, "Add people")}
        {may(role, group, "add") && group && go("links", Link2, "Invite links")}
        {(may(role, group, "change") || may(role, group, "settings")) && group && go("settings", Settings2, "Group settings")}
      </div>
      {group && <Participants group={group} role={role} />}
      <Leaving conversation={conversation} />
    </>
  );
}
