import type { StreamEvent } from "@/lib/protocol/events";
import type { Message } from "@/lib/protocol/messages";
import { applyGroup, applyPlace, applyRead, withMessage } from "./conversations";
import type { Draft } from "./draft";
import { meetMessage } from "./messages";
import type { MessengerState } from "./state";
import { settle } from "./unsent";
import { learnUser } from "./users";
import { inWindow, type Range, receive, relationOf } from "./window";

/** What of each conversation is on screen. */
export type ViewOf = (conversationId: string) => Range | undefined;

/** The one path for everything that happens, whoever did it and however it came to be known. */
export function applyEvent(draft: Draft, event: StreamEvent, viewOf?: ViewOf): void {
  switch (event.type) {
    case "message":
    case "sent":
      return applyMessage(draft, event.message, viewOf);
    case "read":
      return applyRead(draft, event.conversationId, event.userId, event.seq, event.placeVersion);
    case "user":
      return learnUser(draft, event.user);
    case "conversation":
      return applyGroup(draft, event.group);
    case "place":
      return applyPlace(draft, event.conversationId, event.conversation);
    case "presence":
      return draft.set("online", onlineAfter(draft.state, event));
    case "signed_out":
      return draft.set("signedOut", true);
    case "ready":
    case "reset":
      return;
  }
}

function applyMessage(draft: Draft, told: Message, viewOf?: ViewOf): void {
  const id = told.conversationId;
  const known = draft.state.conversations.get(id);
  const message = meetMessage(draft, told);
  if (known) draft.setConversation(withMessage(known, message));
  const transcript = known && draft.state.transcripts[id];
  if (!transcript) return settle(draft, id, [message]);
  const relation = relationOf(transcript, message);
  if (relation !== "nothing") {
    const own = draft.ownTranscript(id);
    if (relation === "newer version") own?.messages.set(message.id, message);
    else if (own) {
      receive(own, message, viewOf?.(id));
      const isFirstUnread = !message.mine && !message.notice && known.unreadCount === 0 && message.seq > known.readSeq;
      if (isFirstUnread && draft.state.openId === id && !draft.state.attentive) own.firstUnread = message.seq;
    }
  }
  if (!draft.state.outbox[id]?.length) return;
  // One's own message beyond a gap keeps showing as pending until the gap is filled, or it would blink.
  const now = draft.state.transcripts[id] ?? transcript;
  settle(draft, id, now.ahead.includes(message.id) ? inWindow(now) : [...inWindow(now), message]);
}

function onlineAfter(
  { online: before }: MessengerState,
  { online, offline, complete }: StreamEvent & { type: "presence" },
): ReadonlySet<string> {
  const now = new Set(complete ? online : [...before, ...online]);
  for (const userId of offline) now.delete(userId);
  const same = now.size === before.size && [...now].every((userId) => before.has(userId));
  return same ? before : now;
}
