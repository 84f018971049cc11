import { z } from "zod";
import { Message } from "./messages";
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

export const StartConversationInput = z.object({
  username: z.string("Whom do you want to talk to?").trim().min(1, "Whom do you want to talk to?"),
});
export type StartConversationInput = z.infer<typeof StartConversationInput>;
