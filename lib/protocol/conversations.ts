import { z } from "zod";
import { fails } from "./errors/codes";
import { Group } from "./groups";
import { ListQuery, Message } from "./messages";
import { Role } from "./quiet-lines";
import { User } from "./users";

/** What of a conversation is worth a notification. */
export const Notify = z.enum(["everything", "mentions", "nothing"], fails("unknown_notify"));
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
  unread: z.stringbool(fails("not_boolean", { field: "unread" })).optional(),
  archived: z.stringbool(fails("not_boolean", { field: "archived" })).optional(),
  pinned: z.stringbool(fails("not_boolean", { field: "pinned" })).optional(),
})
  .refine(({ before, unread }) => !(unread && before !== undefined), {
    path: ["unread"],
    message: fails("one_of_two", { fields: ["before", "unread"] }),
  })
  .refine(({ before, unread, archived, pinned }) => !(pinned && (unread || archived || before !== undefined)) && !(unread && archived), {
    path: ["pinned"],
    message: fails("one_of_several", { fields: ["pinned", "archived", "unread"] }),
  });
export type ConversationsQuery = z.infer<typeof ConversationsQuery>;

export const StartConversationInput = z.object({
  username: z.string(fails("recipient_required")).trim().min(1, fails("recipient_required")),
});
export type StartConversationInput = z.infer<typeof StartConversationInput>;

const UNKNOWN_MUTED = fails("unknown_muted");

/** A change of the caller's own place in a conversation: what is not named stays. */
export const ChangePlaceInput = z.object({
  muted: z.union([z.enum(["no", "always"]), z.iso.datetime({ offset: true, error: UNKNOWN_MUTED })], UNKNOWN_MUTED).optional(),
  notify: Notify.optional(),
  /** Null takes it from the top. */
  pinned: z
    .number(fails("not_number_or_null", { field: "pinned" }))
    .int(fails("not_integer", { field: "pinned" }))
    .min(-2_147_483_648, fails("number_too_small", { field: "pinned" }))
    .max(2_147_483_647, fails("number_too_large", { field: "pinned" }))
    .nullable()
    .optional(),
  archived: z.boolean(fails("not_boolean", { field: "archived" })).optional(),
  /** The first message that counts as unread from now on. */
  unreadFrom: z.string(fails("not_message_id", { field: "unreadFrom" })).optional(),
  /** Of a direct conversation: everything up to this message is deleted for the caller, and the rest stays. */
  deletedUpTo: z.string(fails("not_message_id", { field: "deletedUpTo" })).optional(),
});
export type ChangePlaceInput = z.infer<typeof ChangePlaceInput>;
