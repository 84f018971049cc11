import { z } from "zod";
import { ListQuery, Message } from "./messages";
import { User } from "./users";

export const Conversation = z.object({
  id: z.string(),
  kind: z.enum(["direct", "group"]),
  /** Null for a group. */
  otherParticipant: User.nullable(),
  lastMessage: Message.nullable(),
  hasUnreadMessages: z.boolean(),
  unreadCount: z.number(),
  /** `seq` of the last message that the caller has read; 0 for none. */
  readSeq: z.number(),
  /** The same of the other participant; null for a group. */
  otherReadSeq: z.number().nullable(),
});
export type Conversation = z.infer<typeof Conversation>;

/** The list by pages, or the latest of those with unread messages, which are what counts in a title. */
export const ConversationsQuery = ListQuery.extend({ unread: z.stringbool("`unread` is true or false.").optional() }).refine(
  ({ before, unread }) => !(unread && before !== undefined),
  { path: ["unread"], message: "Ask for `before` or `unread`, not for both." },
);
export type ConversationsQuery = z.infer<typeof ConversationsQuery>;

export const StartConversationInput = z.object({
  username: z.string("Whom do you want to talk to?").trim().min(1, "Whom do you want to talk to?"),
});
export type StartConversationInput = z.infer<typeof StartConversationInput>;
