import { z } from "zod";
import { Group } from "./groups";
import { ListQuery, Message } from "./messages";
import { Role } from "./quiet-lines";
import { User } from "./users";

/** What of a conversation is worth a notification. */
export const Notify = z.enum(["everything", "mentions", "nothing"], "What is told of is everything, mentions or nothing.");
export type Notify = z.infer<typeof Notify>;

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
  // What a server of the version before does not say is what is so of its direct conversations.
  /** Null for a direct conversation. */
  group: Group.nullable().default(null),
  /** What the caller is in the group; null for a direct conversation. */
  role: Role.nullable().default(null),
  /** `seq` of the last line, a quiet one too; 0 for none. `lastMessage` is the last that is no quiet line, where there is one. */
  lastSeq: z.number().default(0),
  /** Lines up to this `seq` are not the caller's to see. */
  fromSeq: z.number().default(0),
  /** When it took its place in the list, latest first: its last message that is no quiet line, or later the caller's joining. */
  listedAt: z.string().nullable().default(null),
  /** Until when it makes no sound: an ISO time, or "always". */
  muted: z.string().default("no"),
  notify: Notify.default("everything"),
  /** Where it stands among those pinned to the top of the list, small first; null where it is not. */
  pinned: z.number().nullable().default(null),
  /** A new message that is no quiet line brings it back, unless it is muted. */
  archived: z.boolean().default(false),
  /**
   * Grows with what the caller sets here and with their role. Of two the greater is the later, in `readSeq` too, which
   * goes back where messages were marked as unread; of two that are equal the greater `readSeq` is.
   */
  placeVersion: z.number().default(0),
});
export type Conversation = z.infer<typeof Conversation>;

/**
 * The list by pages, which leaves out what is archived; or the archived by pages; or the latest of those with unread
 * messages, which are what counts in a title; or all that are pinned.
 */
export const ConversationsQuery = ListQuery.extend({
  unread: z.stringbool("`unread` is true or false.").optional(),
  archived: z.stringbool("`archived` is true or false.").optional(),
  pinned: z.stringbool("`pinned` is true or false.").optional(),
})
  .refine(({ before, unread }) => !(unread && before !== undefined), {
    path: ["unread"],
    message: "Ask for `before` or `unread`, not for both.",
  })
  .refine(({ before, unread, archived, pinned }) => !(pinned && (unread || archived || before !== undefined)) && !(unread && archived), {
    path: ["pinned"],
    message: "Ask for `pinned`, `archived` or `unread`, not for several of them.",
  });
export type ConversationsQuery = z.infer<typeof ConversationsQuery>;

export const StartConversationInput = z.object({
  username: z.string("Whom do you want to talk to?").trim().min(1, "Whom do you want to talk to?"),
});
export type StartConversationInput = z.infer<typeof StartConversationInput>;

/** A change of the caller's own place in a conversation: what is not named stays. */
export const ChangePlaceInput = z.object({
  muted: z
    .union([z.enum(["no", "always"]), z.iso.datetime({ offset: true })], "A conversation is muted no, always, or until a time.")
    .optional(),
  notify: Notify.optional(),
  /** Null takes it from the top. */
  pinned: z
    .number("`pinned` is a number or null.")
    .int("`pinned` is a whole number.")
    .min(-2_147_483_648, "`pinned` is too small.")
    .max(2_147_483_647, "`pinned` is too large.")
    .nullable()
    .optional(),
  archived: z.boolean("`archived` is true or false.").optional(),
  /** The first message that counts as unread from now on. */
  unreadFrom: z.string("`unreadFrom` is the id of a message.").optional(),
  /** Of a direct conversation: everything up to this message is deleted for the caller, and the rest stays. */
  deletedUpTo: z.string("`deletedUpTo` is the id of a message.").optional(),
});
export type ChangePlaceInput = z.infer<typeof ChangePlaceInput>;
