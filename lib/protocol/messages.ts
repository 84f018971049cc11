import { z } from "zod";
import { fails } from "./errors/codes";
import { MESSAGE_MAX_CODE_POINTS, PAGE_MAX, PAGE_SIZE } from "./limits";
import { QuietLine } from "./quiet-lines";
import { codePoints, isWellFormedText } from "./text";
import { User } from "./users";

export const Message = z.object({
  id: z.string(),
  conversationId: z.string(),
  /** Number in its conversation, from 1 without a gap: the order on every screen. */
  seq: z.number(),
  content: z.string(),
  createdAt: z.string(),
  /** Sent by the one who asks. */
  mine: z.boolean(),
  sender: User,
  clientId: z.string().optional(),
  /** Grows with each change of the message; 1 where it is not said. Of two the greater is the later. */
  version: z.number().optional(),
  /** Of a quiet line of a group, which counts as unread for nobody: what it tells of. */
  notice: QuietLine.optional(),
});
export type Message = z.infer<typeof Message>;

const TOO_LONG = fails("message_too_long", { max: MESSAGE_MAX_CODE_POINTS });

/** Kept as typed, less white space at the two ends. */
export const MessageContent = z
  .string(fails("message_required"))
  .trim()
  .min(1, fails("message_required"))
  // Code units bound code points, so that a huge body is refused before it is counted.
  .max(MESSAGE_MAX_CODE_POINTS * 2, TOO_LONG)
  .refine((text) => text.length <= MESSAGE_MAX_CODE_POINTS || codePoints(text) <= MESSAGE_MAX_CODE_POINTS, TOO_LONG)
  .refine(isWellFormedText, fails("message_malformed"));

export const SendMessageInput = z.object({
  content: MessageContent,
  /** Lower case, as the database gives it back: whoever waits for it compares letters. */
  clientId: z.guid(fails("not_client_id")).toLowerCase().optional(),
});
export type SendMessageInput = z.infer<typeof SendMessageInput>;

/** What the composer sends without script. A form breaks lines as CRLF, whatever was typed. */
export const MessageForm = z.object({
  content: z
    .string(fails("message_required"))
    .transform((text) => text.replace(/\r\n?/g, "\n"))
    .pipe(MessageContent),
  clientId: SendMessageInput.shape.clientId.unwrap(),
});
export type MessageForm = z.infer<typeof MessageForm>;

export const ReadMessagesInput = z.object({
  upTo: z.string(fails("not_message_id", { field: "upTo" })).optional(),
});
export type ReadMessagesInput = z.infer<typeof ReadMessagesInput>;

const LIMIT_RANGE = fails("out_of_range", { field: "limit", min: 1, max: PAGE_MAX });

const limit = z.coerce
  .number(fails("not_number", { field: "limit" }))
  .int(fails("not_integer", { field: "limit" }))
  .min(1, LIMIT_RANGE)
  .max(PAGE_MAX, LIMIT_RANGE)
  .default(PAGE_SIZE);

/** `?before=` pages a list that comes newest first. */
export const ListQuery = z.object({ limit, before: z.string().optional() });
export type ListQuery = z.infer<typeof ListQuery>;

/** Messages can also be asked for oldest first after one, or on both sides of one. */
export const MessagesQuery = z
  .object({ limit, before: z.string().optional(), after: z.string().optional(), around: z.string().optional() })
  .refine((q) => [q.before, q.after, q.around].filter((v) => v !== undefined).length <= 1, {
    path: ["before"],
    message: fails("one_of_several", { fields: ["before", "after", "around"] }),
  });
export type MessagesQuery = z.infer<typeof MessagesQuery>;
