import type { Conversation } from "@/lib/protocol/conversations";
import type { Messenger } from "../messenger";
import { isMuted } from "../store/mutes";
import type { MessengerState } from "../store/state";

export type ActionName = "pin" | "unpin" | "raise" | "mute" | "unmute" | "archive" | "unarchive" | "read" | "unread";

/** What somebody can do with a conversation of theirs, for themselves alone. */
export type Action = { name: ActionName; label: string; run: () => Promise<unknown> };

export function actionsOf(messenger: Messenger, conversation: Conversation): Action[] {
  const { id, pinned, archived, unreadCount, lastMessage } = conversation;
  const set = (name: ActionName, label: string, input: Parameters<Messenger["changePlace"]>[1]): Action => ({
    name,
    label,
    run: () => messenger.changePlace(id, input),
  });
  const actions = [
    pinned === null ? set("pin", "Pin to the top", { pinned: nextPin(messenger.getState()) }) : set("unpin", "Unpin", { pinned: null }),
    ...raise(messenger, conversation),
    isMuted(conversation) ? set("unmute", "Unmute", { muted: "no" }) : set("mute", "Mute", { muted: "always" }),
    archived ? set("unarchive", "Bring back to the list", { archived: false }) : set("archive", "Archive", { archived: true }),
  ];
  if (unreadCount > 0) actions.push({ name: "read", label: "Mark as read", run: () => messenger.markWholeRead(id) });
  else if (lastMessage) actions.push({ name: "unread", label: "Mark as unread", run: () => messenger.markUnread(id, lastMessage) });
  return actions;
}

/** Of what is pinned, all but the first can change places with the one above it. */
function raise(messenger: Messenger, { id, pinned }: Conversation): Action[] {
  const { order, conversations } = messenger.getState();
  const above = order[order.indexOf(id) - 1];
  const taken = above === undefined ? null : (conversations.get(above)?.pinned ?? null);
  if (pinned === null || above === undefined || taken === null) return [];
  const run = async () => {
    // Two may have been given the same number on two devices at once.
    await messenger.changePlace(id, { pinned: taken });
    await messenger.changePlace(above, { pinned: Math.max(pinned, taken + 1) });
  };
  return [{ name: "raise", label: "Move up", run }];
}

/** Below all that are pinned already. */
function nextPin({ order, conversations }: MessengerState): number {
  return Math.max(-1, ...order.map((id) => conversations.get(id)?.pinned ?? -1)) + 1;
}
