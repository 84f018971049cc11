import type { Conversation } from "@/lib/protocol/conversations";
import type { Message } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import { learnConversations } from "./conversations";
import { change, type Draft } from "./draft";
import { learnList, learnUnread, type Some } from "./list";
import type { MessengerState } from "./state";
import { Table } from "./table";
import { learnSnapshot, openConversation, patchTranscript } from "./transcripts";
import { learnUser } from "./users";
import { EMPTY } from "./window";

/** What the server read for the first paint, and the cursor of the event log that was taken before. */
export type Snapshot = Some & {
  me: User;
  /** Those further down that have unread messages. */
  unread: Some;
  /** All that are pinned. */
  pinned?: readonly Conversation[];
  /** The conversation on screen, where it was read together with the list. */
  transcript?: Omit<ConversationSnapshot, "cursor">;
  cursor: string;
};

/** A conversation and messages next to one another, in any order, as the server read them for a page, and the cursor before. */
export type ConversationSnapshot = { conversation: Conversation; messages: readonly Message[]; cursor: string };

export function initialState(snapshot: Snapshot): MessengerState {
  const { me, transcript } = snapshot;
  const empty: MessengerState = {
    me,
    users: { [me.id]: me },
    conversations: Table.empty(),
    unread: 0,
    order: [],
    archived: [],
    hasMore: false,
    hasMoreUnread: false,
    loadingMore: false,
    listFloor: null,
    transcripts: {},
    openId: null,
    attentive: false,
    outbox: {},
    outboxDurable: true,
    drafts: {},
    gone: {},
    connection: { status: "connecting", since: 0 },
    signedOut: false,
    online: new Set(),
    onlineInGroup: null,
  };
  return change(empty, (draft) => {
    learnList(draft, snapshot);
    learnUnread(draft, snapshot.unread);
    learnConversations(draft, snapshot.pinned ?? []);
    if (!transcript) return;
    learnSnapshot(draft, transcript);
    openConversation(draft, transcript.conversation.id);
  });
}

/** All that the server says, afresh; what only this page knows (unsent messages, drafts, the open conversation) stays. */
export function replaceAll(draft: Draft, fresh: Omit<Snapshot, "cursor" | "transcript"> & { open: Snapshot["transcript"] | null }): void {
  const { transcripts } = draft.state;
  draft.set("users", {});
  draft.set("conversations", Table.empty());
  draft.set("unread", 0);
  draft.set("transcripts", {});
  learnUser(draft, fresh.me);
  learnList(draft, fresh);
  learnUnread(draft, fresh.unread);
  learnConversations(draft, fresh.pinned ?? []);
  if (!fresh.open) return draft.set("openId", null);
  const { id, fromSeq } = fresh.open.conversation;
  draft.setTranscript(id, { ...EMPTY, from: fromSeq });
  patchTranscript(draft, id, { firstUnread: transcripts[id]?.firstUnread ?? null });
  learnSnapshot(draft, fresh.open);
}
