import type { Conversation } from "@/lib/protocol/conversations";
import type { Message } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import type { Table } from "./table";
import type { OutboxItem } from "./unsent";
import type { Transcript } from "./window";

/**
 * What the screen shows. Everybody and every message is held once, by id; `views.ts` puts them together.
 *
 * Every change is idempotent and moves forward only: messages by `seq` and by version, read cursors by their maximum.
 * So an event that a replay repeats, or that arrives after the answer that already held it, changes nothing (a user's
 * changes have no number, but a replay tells them in their order and to the last), and a state that did not change keeps
 * its identity. No list of events already seen is kept: it would have to be bounded, and then forget the wrong half.
 */
export type MessengerState = {
  me: User;
  /** Those of the conversations and messages that are held, and those that the stream has told of since the last fresh load. */
  users: Readonly<Record<string, User>>;
  conversations: Table<HeldConversation>;
  /** Sum of the unread messages of all that are not muted, for the title and the favicon. */
  unread: number;
  /** Ids of the listed conversations: the pinned ones as they were put, then the others, the latest first. */
  order: readonly string[];
  /** Ids of the archived conversations that are held, the latest first. */
  archived: readonly string[];
  hasMore: boolean;
  /** More conversations have unread messages than are held: at least as many as a title can count. */
  hasMoreUnread: boolean;
  loadingMore: boolean;
  /** Below this the list was not loaded yet; null once it was loaded to its end. */
  listFloor: string | null;
  transcripts: Readonly<Record<string, Transcript>>;
  /** The conversation on screen, and whether it is looked at: its tab visible and focused. */
  openId: string | null;
  attentive: boolean;
  /** Unsent messages, in the order of writing; shown after the last message. */
  outbox: Readonly<Record<string, readonly OutboxItem[]>>;
  /** False where IndexedDB is missing or broken: unsent messages then end with their tab. */
  outboxDurable: boolean;
  drafts: Readonly<Record<string, string>>;
  /**
   * Conversations in which one has written something that was not sent, and that one is not in any more: by id, what they
   * were called where this page knows it.
   */
  gone: Readonly<Record<string, string | null>>;
  connection: Connection;
  signedOut: boolean;
  /** Ids of those who are online, of the people one shares a conversation with. */
  online: ReadonlySet<string>;
  /** How many of a group are online: of the last one that was on screen and of which that is known. */
  onlineInGroup: { id: string; count: number } | null;
};

/** A message as it was told. Of its sender only the id counts: users are held apart, and may have changed since. */
export type HeldMessage = Message;

/** A conversation without the people of it. Its last message may be shortened, and is never shown in full. */
export type HeldConversation = Omit<Conversation, "otherParticipant" | "lastMessage"> & {
  otherId: string | null;
  lastMessage: HeldMessage | null;
  /** `seq`s up to `lastSeq` of lines that have not been told yet: they are news when they come. */
  missing: readonly number[];
  /** `lastSeq` when the caller's place was read: what they sent later they had read, whatever that place says. */
  placeSeq: number;
};

export type Connection = {
  status: "connecting" | "open" | "lost";
  /** Milliseconds since 1970 at which it came to be so; 0 until the stream was first tried. */
  since: number;
};
