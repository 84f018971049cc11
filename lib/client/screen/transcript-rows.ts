import type { Message } from "@/lib/protocol/messages";
import type { OutboxItem } from "../store/unsent";
import { dayOf } from "./clock";

/** Messages of one sender that follow each other this closely are one group. */
const GROUP_MS = 5 * 60 * 1000;

/** How far a message of one's own has come; null for those of others. */
export type Progress = "pending" | "waiting" | "failed" | "sent" | "read" | null;

/** One line of the transcript, in values that compare by identity: a row whose values are the same is not drawn again. */
export type Row = {
  /** The same from pending to read, so that the row stays the same element. */
  key: string;
  message: Message | OutboxItem;
  progress: Progress;
  /** The first of a day: a line with the day stands above it. */
  startsDay: boolean;
  /** The first unread one: the "new messages" line stands above it. */
  startsUnread: boolean;
  /** Goes on where its sender left off: less space above, tighter corners. */
  continues: boolean;
  /** Somebody else's in a group: their picture stands beside the last of a run, and their name above the first. */
  ofMany: boolean;
};

type Input = {
  messages: readonly Message[];
  /** Unsent ones, shown after the last message. */
  outbox: readonly OutboxItem[];
  firstUnread: number | null;
  otherReadSeq: number | null;
  /** The reader's time zone: what a day is. */
  zone: string;
  inGroup?: boolean;
};

export function rowsOf({ messages, outbox, firstUnread, otherReadSeq, zone, inGroup = false }: Input): Row[] {
  let before: Message | OutboxItem | undefined;
  let dayBefore = "";
  return [...messages, ...outbox].map((message) => {
    const day = dayOf(message.createdAt, zone);
    const startsDay = day !== dayBefore;
    const startsUnread = "seq" in message && message.seq === firstUnread;
    const continues = !startsDay && !startsUnread && before !== undefined && isGroup(before, message);
    const ofMany = inGroup && senderOf(message) !== "me" && !isQuiet(message);
    before = message;
    dayBefore = day;
    return { key: keyOf(message), message, progress: progressOf(message, otherReadSeq), startsDay, startsUnread, continues, ofMany };
  });
}

function isGroup(a: Message | OutboxItem, b: Message | OutboxItem): boolean {
  return !isQuiet(a) && !isQuiet(b) && senderOf(a) === senderOf(b) && Date.parse(b.createdAt) - Date.parse(a.createdAt) < GROUP_MS;
}

function isQuiet(message: Message | OutboxItem): boolean {
  return "notice" in message && message.notice !== undefined;
}

/** Whose group it belongs to; all of one's own are one person's, sent or not. */
function senderOf(message: Message | OutboxItem): string {
  return "sender" in message && !message.mine ? message.sender.id : "me";
}

function keyOf(message: Message | OutboxItem): string {
  return "sender" in message ? ((message.mine ? message.clientId : undefined) ?? message.id) : message.clientId;
}

function progressOf(message: Message | OutboxItem, otherReadSeq: number | null): Progress {
  if (!("sender" in message)) return message.state;
  if (!message.mine || message.notice) return null;
  return otherReadSeq !== null && message.seq <= otherReadSeq ? "read" : "sent";
}
