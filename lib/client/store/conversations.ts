import type { Conversation } from "@/lib/protocol/conversations";
import type { Group } from "@/lib/protocol/groups";
import type { Draft } from "./draft";
import { learnMessage, newest } from "./messages";
import { isMuted } from "./mutes";
import type { HeldConversation, HeldMessage } from "./state";
import { learnUser } from "./users";
import { beginningAfter } from "./window";

/** Lines that may be waited for; of more, the next answer brings the count. */
const MISSING_MAX = 200;
const NONE: readonly number[] = [];

/** Takes in conversations that an answer or the stream brought; what is known and newer stays. */
export function learnConversations(draft: Draft, rows: readonly Conversation[]): void {
  for (const row of rows) {
    const told = held(draft, row);
    const known = draft.state.conversations.get(row.id);
    draft.setConversation(known ? merged(known, told) : told);
    begin(draft, row.id);
  }
}

/** What everybody in a group sees of it has changed. */
export function applyGroup(draft: Draft, group: Group): void {
  const known = draft.state.conversations.get(group.id);
  if (known && group.version > (known.group?.version ?? 0)) draft.setConversation({ ...known, group });
}

/** The caller's place in a conversation is now so; null: they have none any more. */
export function applyPlace(draft: Draft, id: string, conversation: Conversation | null): void {
  if (conversation) learnConversations(draft, [conversation]);
  else draft.removeConversation(id);
}

/** Somebody has read up to a message. What the caller has read before they marked something as unread does not count again. */
export function applyRead(draft: Draft, id: string, userId: string, seq: number, placeVersion = 0): void {
  const known = draft.state.conversations.get(id);
  if (!known) return;
  if (userId !== draft.state.me.id) {
    const otherReadSeq = maxOrNull(known.otherReadSeq, seq);
    if (otherReadSeq !== known.otherReadSeq) draft.setConversation({ ...known, otherReadSeq });
  } else if (seq > known.readSeq && placeVersion >= known.placeVersion) {
    draft.setConversation(readUpTo(known, seq));
  }
}

/** Marks as read on this screen, before the server was told. */
export function markRead(draft: Draft, id: string, seq: number): void {
  applyRead(draft, id, draft.state.me.id, seq, Number.POSITIVE_INFINITY);
}

/** What a message says of its conversation: that it is the last, or what the last says now, and how far was read. */
export function withMessage(conversation: HeldConversation, message: HeldMessage): HeldConversation {
  const { seq, mine, notice } = message;
  const { fromSeq, lastSeq, missing } = conversation;
  if (seq <= fromSeq) return conversation;
  const lastMessage = later(conversation.lastMessage, message, fromSeq);
  const otherReadSeq = mine ? conversation.otherReadSeq : maxOrNull(conversation.otherReadSeq, seq);
  // A send counts as having read all before it, for its sender.
  const hasRead = mine && !notice && seq > conversation.placeSeq && seq > conversation.readSeq;
  const isNews = seq > lastSeq || missing.includes(seq);
  if (!isNews) {
    const isSame = lastMessage === conversation.lastMessage && otherReadSeq === conversation.otherReadSeq;
    const next = isSame ? conversation : { ...conversation, lastMessage, otherReadSeq };
    return hasRead ? readUpTo(next, seq) : next;
  }
  const next: HeldConversation = {
    ...conversation,
    lastMessage,
    otherReadSeq,
    lastSeq: Math.max(lastSeq, seq),
    missing: stillMissing(conversation, seq),
  };
  if (notice) return counted(next, conversation.unreadCount);
  const said = { ...next, listedAt: latest(next.listedAt, message.createdAt), archived: next.archived && isMuted(next) };
  if (hasRead) return readUpTo(said, seq);
  return counted(said, conversation.unreadCount + (!mine && seq > said.readSeq ? 1 : 0));
}

/** The same conversation read up to there. */
function readUpTo(conversation: HeldConversation, readSeq: number): HeldConversation {
  const unread = conversation.unreadCount;
  return counted({ ...conversation, readSeq }, Math.min(unread, Math.max(0, lastSaid(conversation) - readSeq)));
}

/** With its count of unread messages: of a direct conversation that follows from what was read, since it has no quiet lines. */
function counted(conversation: HeldConversation, ofGroup: number): HeldConversation {
  const { kind, lastSeq, readSeq, fromSeq } = conversation;
  const unreadCount = kind === "group" ? ofGroup : Math.max(0, lastSeq - Math.max(readSeq, fromSeq));
  return { ...conversation, unreadCount, hasUnreadMessages: unreadCount > 0 };
}

/** What is known of a conversation and what is told of it, each as far as it is the newer. */
function merged(known: HeldConversation, told: HeldConversation): HeldConversation {
  const isSamePlace = known.placeVersion === told.placeVersion;
  const place = told.placeVersion > known.placeVersion ? told : known;
  const lines = told.lastSeq > known.lastSeq ? told : known;
  const { fromSeq } = place;
  const lastMessage = later(known.lastMessage, told.lastMessage, fromSeq);
  const saidAt = lastMessage && !lastMessage.notice ? lastMessage.createdAt : null;
  const readSeq = isSamePlace ? Math.max(known.readSeq, told.readSeq) : place.readSeq;
  const placeSeq = isSamePlace ? lines.lastSeq : place.placeSeq;
  const next: HeldConversation = {
    ...known,
    otherId: told.otherId,
    group: (told.group?.version ?? 0) > (known.group?.version ?? 0) ? told.group : known.group,
    lastMessage,
    lastSeq: lines.lastSeq,
    listedAt: latest(known.fromSeq === told.fromSeq ? latest(known.listedAt, told.listedAt) : place.listedAt, saidAt),
    otherReadSeq: maxOrNull(known.otherReadSeq, told.otherReadSeq),
    readSeq: lastMessage?.mine && !lastMessage.notice && lastMessage.seq > placeSeq ? Math.max(readSeq, lastMessage.seq) : readSeq,
    placeSeq,
    role: place.role,
    fromSeq,
    muted: place.muted,
    notify: place.notify,
    pinned: place.pinned,
    placeVersion: place.placeVersion,
  };
  const before = isSamePlace ? lines : place;
  const isBack = lastSaid(next) > before.lastSeq && !isMuted(next);
  const { unread, missing } = mergedUnread(known, told, next);
  const whole = counted({ ...next, archived: before.archived && !isBack, missing }, unread);
  return isSame(known, whole) ? known : whole;
}

/**
 * Whoever is behind in neither lines nor reading knows the number; where each is in one, both together do. With it the
 * lines that are not in it yet, and count when they come.
 */
function mergedUnread(known: HeldConversation, told: HeldConversation, { readSeq, lastMessage }: HeldConversation) {
  const isBehind = (one: HeldConversation, other: HeldConversation) =>
    one.placeVersion < other.placeVersion || (one.placeVersion === other.placeVersion && one.readSeq < other.readSeq);
  if (told.lastSeq >= known.lastSeq && !isBehind(told, known)) return { unread: told.unreadCount, missing: NONE };
  if (known.lastSeq >= told.lastSeq && !isBehind(known, told)) return { unread: known.unreadCount, missing: known.missing };
  const said = lastMessage && !lastMessage.notice ? lastMessage.seq : 0;
  if (told.lastSeq > known.lastSeq) return { unread: Math.min(told.unreadCount, Math.max(0, said - readSeq)), missing: NONE };
  const unread = told.unreadCount + Math.max(0, said - told.lastSeq);
  return { unread, missing: known.missing.filter((seq) => seq > said) };
}

function held(draft: Draft, { otherParticipant, lastMessage, ...row }: Conversation): HeldConversation {
  if (otherParticipant) learnUser(draft, otherParticipant);
  const last = lastMessage && learnMessage(draft, lastMessage);
  return {
    ...row,
    otherId: otherParticipant?.id ?? null,
    lastMessage: last,
    // A server of the version before says neither.
    lastSeq: Math.max(row.lastSeq, last?.seq ?? 0),
    listedAt: row.listedAt ?? last?.createdAt ?? null,
    muted: isMuted(row) ? row.muted : "no",
    missing: NONE,
    placeSeq: row.lastSeq,
  };
}

/** What is held of its messages begins where the conversation begins for its reader. */
function begin(draft: Draft, id: string): void {
  const transcript = draft.state.transcripts[id];
  const from = draft.state.conversations.get(id)?.fromSeq ?? 0;
  if (transcript && transcript.from !== from) draft.setTranscript(id, beginningAfter(transcript, from));
}

/** The last message of the two that is still to be seen: one that is no quiet line where there is one. */
function later(a: HeldMessage | null, b: HeldMessage | null, fromSeq: number): HeldMessage | null {
  const [one, other] = [a, b].map((message) => (message && message.seq > fromSeq ? message : null));
  if (!one || !other) return one ?? other ?? null;
  if (one.id === other.id) return newest(other, one);
  if (!one.notice !== !other.notice) return one.notice ? other : one;
  return other.seq > one.seq ? other : one;
}

/** `seq` of the last message that is no quiet line; 0 where there is none. */
function lastSaid({ lastMessage }: HeldConversation): number {
  return lastMessage && !lastMessage.notice ? lastMessage.seq : 0;
}

function stillMissing({ lastSeq, missing }: HeldConversation, told: number): readonly number[] {
  if (told <= lastSeq) return missing.filter((seq) => seq !== told);
  if (told === lastSeq + 1 || told - lastSeq > MISSING_MAX) return missing;
  return [...missing, ...Array.from({ length: told - lastSeq - 1 }, (_, i) => lastSeq + 1 + i)];
}

function latest(a: string | null, b: string | null): string | null {
  return (a ?? "") > (b ?? "") ? a : b;
}

/** A group has no cursor of "the other one". */
function maxOrNull(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a : Math.max(a, b);
}

function isSame(a: HeldConversation, b: HeldConversation): boolean {
  const keys = Object.keys(b) as (keyof HeldConversation)[];
  return keys.every((key) => a[key] === b[key]);
}
