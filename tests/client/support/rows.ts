import { initialState, type Snapshot } from "@/lib/client/store/snapshot";
import type { MessengerState } from "@/lib/client/store/state";
import { Conversation } from "@/lib/protocol/conversations";
import type { Group } from "@/lib/protocol/groups";
import type { Message } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import { groupOf } from "./model-places";

export const user = (id: string): User => ({ id, username: id, name: null, avatarURL: null });

/** A minute of one day: `at(7)` is later than `at(6)`. */
export const at = (minute: number): string => new Date(Date.parse("2026-11-21T12:00:00.000Z") + minute * 60_000).toISOString();

/** Ann's message of that number, said in that minute, in conversation `c`. */
export const said = (seq: number, fields: Partial<Message> = {}): Message => ({
  id: `${fields.conversationId ?? "c"}#${seq}`,
  seq,
  conversationId: "c",
  content: `message ${seq}`,
  createdAt: at(seq),
  mine: false,
  sender: user(fields.mine ? "me" : "ann"),
  ...fields,
});

/** A quiet line of that number. */
export const quiet = (seq: number, fields: Partial<Message> = {}): Message => said(seq, { notice: { kind: "joined" }, ...fields });

/** A direct conversation with Ann, of three messages of hers that are read. */
export function direct(fields: Partial<Conversation> = {}): Conversation {
  const lastMessage = fields.lastMessage === undefined ? said(3, { conversationId: fields.id ?? "c" }) : fields.lastMessage;
  const lastSeq = fields.lastSeq ?? lastMessage?.seq ?? 0;
  const row = {
    id: "c",
    kind: "direct",
    otherParticipant: user("ann"),
    readSeq: lastSeq,
    otherReadSeq: 3,
    listedAt: lastMessage?.createdAt ?? null,
  };
  const unreadCount = fields.unreadCount ?? lastSeq - (fields.readSeq ?? row.readSeq);
  return Conversation.parse({ ...row, lastMessage, lastSeq, unreadCount, hasUnreadMessages: unreadCount > 0, ...fields });
}

/** A group of three messages of Ann's that are read. */
export function group(fields: Partial<Conversation> = {}, of: Partial<Group> = {}): Conversation {
  const id = fields.id ?? "c";
  const role = "participant" as const;
  return direct({
    kind: "group",
    otherParticipant: null,
    otherReadSeq: null,
    group: { ...groupOf(id), ...of },
    role,
    unreadCount: 0,
    ...fields,
  });
}

/** The state of a page that shows these conversations. */
export function holding(conversations: readonly Conversation[], more: Partial<Snapshot> = {}): MessengerState {
  return initialState({
    me: user("me"),
    conversations,
    hasMore: false,
    unread: { conversations: [], hasMore: false },
    cursor: "",
    ...more,
  });
}
