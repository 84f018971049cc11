import type { Conversation } from "@/lib/protocol/conversations";
import type { StreamEvent } from "@/lib/protocol/events";
import type { Message } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import { EMPTY, join, type Range, receive, type Transcript, windowOf } from "./transcript";
import type { OutboxItem } from "./unsent";

/**
 * What the screen shows, and the pure transitions between such states.
 *
 * Every transition is idempotent and moves forward only: messages by `seq`, read cursors by their maximum. So
 * an event that a replay repeats, or that arrives after the fetch that already held it, changes nothing (a
 * user's changes have no number, but a replay tells them in their order and to the last), and a state that did
 * not change keeps its identity. No list of events already seen is kept: it would have to be bounded, and then
 * forget the wrong half of a repeat.
 */

export type Connection = {
  status: "connecting" | "open" | "lost";
  /** Milliseconds since 1970 at which it came to be so; 0 until the stream was first tried. */
  since: number;
};

export type MessengerState = {
  me: User;
  conversations: Readonly<Record<string, Conversation>>;
  /** Ids of the listed conversations, by latest message. */
  order: readonly string[];
  hasMore: boolean;
  /** More conversations have unread messages than are held: at least as many as a title can count. */
  hasMoreUnread: boolean;
  loadingMore: boolean;
  transcripts: Readonly<Record<string, Transcript>>;
  /** The conversation on screen, and whether it is looked at: its tab visible and focused. */
  openId: string | null;
  attentive: boolean;
  /** Unsent messages, in the order of writing; shown after the last message. */
  outbox: Readonly<Record<string, readonly OutboxItem[]>>;
  /** False where IndexedDB is missing or broken: unsent messages then end with their tab. */
  outboxDurable: boolean;
  drafts: Readonly<Record<string, string>>;
  connection: Connection;
  signedOut: boolean;
  /** Ids of those who are online, of the people one shares a conversation with. */
  online: ReadonlySet<string>;
  /** Below this the list was not loaded yet; null once it was loaded to its end. */
  listFloor: string | null;
  /** Users as the stream last told of them: newer than what a live message says of its sender. */
  changedUsers: Readonly<Record<string, User>>;
};

/** Conversations, and whether there are more like them. */
export type Some = { conversations: readonly Conversation[]; hasMore: boolean };

/** A conversation and its messages as the server read them for a page, and the cursor of the event log that was taken before. */
export type ConversationSnapshot = { conversation: Conversation; messages: readonly Message[]; cursor: string };

/** What the server read for the first paint, and the cursor of the event log that it was read at. */
export type Snapshot = {
  me: User;
  /** As the list route gives them. */
  conversations: readonly Conversation[];
  hasMore: boolean;
  /** Those further down that have unread messages. */
  unread: Some;
  /** The conversation on screen, with messages next to one another, in any order. */
  transcript?: { conversation: Conversation; messages: readonly Message[] };
  cursor: string;
};

export function initialState(snapshot: Snapshot): MessengerState {
  const { me, conversations, hasMore, unread, transcript } = snapshot;
  const empty: MessengerState = {
    me,
    conversations: {},
    order: [],
    hasMore,
    hasMoreUnread: false,
    loadingMore: false,
    transcripts: {},
    openId: null,
    attentive: false,
    outbox: {},
    outboxDurable: true,
    drafts: {},
    connection: { status: "connecting", since: 0 },
    signedOut: false,
    online: new Set(),
    listFloor: null,
    changedUsers: {},
  };
  const listed = mergeUnread(mergeList(empty, conversations, hasMore), unread);
  return transcript ? openConversation(takeIn(listed, transcript), transcript.conversation.id) : listed;
}

/** Shows a conversation: the divider is set before what is unread now, and stays there. */
export function openConversation(state: MessengerState, id: string): MessengerState {
  if (state.openId === id) return state;
  // The open one goes last, so that the first is the one that was left longest ago.
  const { [id]: held = EMPTY, ...others } = state.transcripts;
  return withDivider({ ...state, openId: id, transcripts: { ...others, [id]: held } }, id);
}

export function withDivider(state: MessengerState, id: string): MessengerState {
  const conversation = state.conversations[id];
  const held = state.transcripts[id];
  const firstUnread = conversation && conversation.unreadCount > 0 ? conversation.readSeq + 1 : null;
  return !held || held.firstUnread === firstUnread ? state : setTranscript(state, id, { ...held, firstUnread });
}

/**
 * A fresh window on a conversation, in place of the one held.
 * @param lastSeq the conversation's last when the messages were read: what has come since then is news to the window
 */
export function withWindow(state: MessengerState, id: string, messages: readonly Message[], lastSeq?: number): MessengerState {
  const merged = withRows(state, id, messages);
  return withTranscript(merged, id, windowOf(messages, lastSeq ?? lastSeqOf(merged, id), state.transcripts[id]));
}

/** A page next to the window joins it. */
export function withPage(state: MessengerState, id: string, messages: readonly Message[], view: Range): MessengerState {
  const held = state.transcripts[id];
  if (!held) return state;
  const merged = withRows(state, id, messages);
  return withTranscript(merged, id, join(held, messages, lastSeqOf(merged, id), view));
}

/** A conversation and its messages, read together. */
export function takeIn(state: MessengerState, read: { conversation: Conversation; messages: readonly Message[] }): MessengerState {
  const { id, lastMessage } = read.conversation;
  return withWindow(mergeConversations(state, [read.conversation]), id, read.messages, lastMessage?.seq ?? 0);
}

function lastSeqOf(state: MessengerState, id: string): number {
  return state.conversations[id]?.lastMessage?.seq ?? 0;
}

/** A fetch may know of a later message than the stream has brought so far. */
function withRows(state: MessengerState, id: string, messages: readonly Message[]): MessengerState {
  const conversation = state.conversations[id];
  return conversation ? setConversation(state, messages.reduce(withMessage, conversation)) : state;
}

function withTranscript(state: MessengerState, id: string, transcript: Transcript): MessengerState {
  return settle(setTranscript(state, id, transcript), id, transcript.messages);
}

/** The one path for everything that happens, whoever did it and however it came to be known. */
export function applyEvent(state: MessengerState, event: StreamEvent, view?: Range): MessengerState {
  switch (event.type) {
    case "message":
    case "sent":
      return applyMessage(state, currentSender(state, event.message), view);
    case "read":
      return applyRead(state, event.conversationId, event.userId, event.seq);
    case "user":
      return applyUser(state, event.user);
    case "presence":
      return applyPresence(state, event);
    case "signed_out":
      return state.signedOut ? state : { ...state, signedOut: true };
    case "ready":
    case "reset":
      return state;
  }
}

function applyMessage(state: MessengerState, message: Message, view?: Range): MessengerState {
  const id = message.conversationId;
  const known = state.conversations[id];
  if (!known) return settle(state, id, [message]);
  const next = setConversation(state, withMessage(known, message));
  const before = state.transcripts[id];
  if (!before) return settle(next, id, [message]);
  const received = receive(before, message, view);
  const unseen = !message.mine && known.unreadCount === 0 && message.seq > known.readSeq;
  const away = unseen && state.openId === id && !state.attentive;
  const transcript = away && received !== before ? { ...received, firstUnread: message.seq } : received;
  // One's own message beyond a gap keeps showing as pending until the gap is filled, or it would blink.
  const isAhead = transcript.ahead.some((held) => held.id === message.id);
  const shown = isAhead ? transcript.messages : [...transcript.messages, message];
  return settle(setTranscript(next, id, transcript), id, shown);
}

function applyRead(state: MessengerState, id: string, userId: string, seq: number): MessengerState {
  const known = state.conversations[id];
  return known ? setConversation(state, withRead(known, userId === state.me.id, seq)) : state;
}

function applyPresence(state: MessengerState, { online, offline, complete }: StreamEvent & { type: "presence" }): MessengerState {
  const now = new Set(complete ? online : [...state.online, ...online]);
  for (const userId of offline) now.delete(userId);
  const same = now.size === state.online.size && [...now].every((userId) => state.online.has(userId));
  return same ? state : { ...state, online: now };
}

function applyUser(state: MessengerState, user: User): MessengerState {
  const conversations = mapValues(state.conversations, (conversation) => {
    const otherParticipant = sameUser(conversation.otherParticipant, user);
    const lastMessage = sameSender(conversation.lastMessage, user);
    const same = otherParticipant === conversation.otherParticipant && lastMessage === conversation.lastMessage;
    return same ? conversation : { ...conversation, otherParticipant, lastMessage };
  });
  const transcripts = mapValues(state.transcripts, (transcript) => {
    const messages = mapArray(transcript.messages, (message) => sameSender(message, user));
    const ahead = mapArray(transcript.ahead, (message) => sameSender(message, user));
    return messages === transcript.messages && ahead === transcript.ahead ? transcript : { ...transcript, messages, ahead };
  });
  const changedUsers = { ...state.changedUsers, [user.id]: user };
  return { ...state, me: sameUser(state.me, user), conversations, transcripts, changedUsers };
}

/** A message tells its sender as the server remembered them, which may be from before the last change. */
function currentSender(state: MessengerState, message: Message): Message {
  const other = state.conversations[message.conversationId]?.otherParticipant;
  const known = state.changedUsers[message.sender.id] ?? (other?.id === message.sender.id ? other : null);
  return known ? sameSender(message, known) : message;
}

/** Marks as read on this screen, before the server was told. */
export function markRead(state: MessengerState, conversationId: string, seq: number): MessengerState {
  return applyRead(state, conversationId, state.me.id, seq);
}

/** Takes in rows that a fetch brought; what is known and newer stays. */
export function mergeConversations(state: MessengerState, rows: readonly Conversation[]): MessengerState {
  return rows.reduce((next, row) => {
    const known = next.conversations[row.id];
    if (!known) return setConversation(next, row);
    const merged = row.lastMessage ? withMessage(known, row.lastMessage) : known;
    return setConversation(next, {
      ...withReads(merged, Math.max(known.readSeq, row.readSeq), maxOrNull(merged.otherReadSeq, row.otherReadSeq)),
      otherParticipant: row.otherParticipant,
    });
  }, state);
}

/** Takes in the next page of the list. Conversations only ever move up, so all above the floor are known, and it never rises. */
export function mergeList(state: MessengerState, rows: readonly Conversation[], hasMore: boolean): MessengerState {
  const last = rows.at(-1);
  const reached = last && (state.listFloor === null || listKey(last) < state.listFloor) ? listKey(last) : state.listFloor;
  const listFloor = hasMore ? reached : null;
  return relist(mergeConversations({ ...state, hasMore, listFloor }, rows));
}

/** Takes in conversations with unread messages: held, so that they count, and listed only once the list has got there. */
export function mergeUnread(state: MessengerState, { conversations, hasMore }: Some): MessengerState {
  return mergeConversations({ ...state, hasMoreUnread: hasMore }, conversations);
}

/** All that the server says, afresh; what only this page knows (unsent messages, drafts, the open conversation) stays. */
export function replaceAll(
  state: MessengerState,
  fresh: {
    me: User;
    conversations: readonly Conversation[];
    hasMore: boolean;
    unread: Some;
    open: { conversation: Conversation; messages: readonly Message[] } | null;
  },
): MessengerState {
  const emptied = { ...state, me: fresh.me, conversations: {}, order: [], transcripts: {}, changedUsers: {}, listFloor: null };
  const listed = mergeUnread(mergeList(emptied, fresh.conversations, fresh.hasMore), fresh.unread);
  if (!fresh.open) return listed;
  const { id } = fresh.open.conversation;
  const divider = { ...EMPTY, firstUnread: state.transcripts[id]?.firstUnread ?? null };
  return takeIn(setTranscript(listed, id, divider), fresh.open);
}

export function setTranscript(state: MessengerState, id: string, transcript: Transcript): MessengerState {
  if (state.transcripts[id] === transcript) return state;
  return { ...state, transcripts: { ...state.transcripts, [id]: transcript } };
}

/** Drops unsent items that are among these messages: the author's own are recognised by their client id. */
export function settle(state: MessengerState, conversationId: string, messages: readonly Message[]): MessengerState {
  const items = state.outbox[conversationId];
  if (!items?.length) return state;
  const sent = new Set(messages.map((message) => message.clientId));
  const left = items.filter((item) => !sent.has(item.clientId));
  return left.length === items.length ? state : setOutbox(state, conversationId, left);
}

/** Shows an unsent message in the place that its order gives it, or, with null, no longer. */
export function showUnsent(
  state: MessengerState,
  item: Pick<OutboxItem, "clientId" | "conversationId">,
  shown: OutboxItem | null,
): MessengerState {
  const held = state.outbox[item.conversationId] ?? [];
  // One that did go out, while the page ended before it knew.
  if (state.transcripts[item.conversationId]?.messages.some((message) => message.clientId === item.clientId)) shown = null;
  const others = held.filter((other) => other.clientId !== item.clientId);
  if (!shown) return others.length === held.length ? state : setOutbox(state, item.conversationId, others);
  const known = held.find((other) => other.clientId === item.clientId);
  if (known && known.state === shown.state && known.order === shown.order && known.reason === shown.reason) return state;
  return setOutbox(
    state,
    item.conversationId,
    [...others, shown].sort((a, b) => a.order - b.order),
  );
}

function setOutbox(state: MessengerState, id: string, items: readonly OutboxItem[]): MessengerState {
  const next = { ...state, outbox: { ...state.outbox, [id]: items } };
  // What would be the first message of a conversation is what lists it.
  return state.conversations[id]?.lastMessage === null ? relist(next) : next;
}

/** Sum of unread messages, for the title and the favicon. */
export function unreadTotal(state: MessengerState): number {
  let total = 0;
  for (const { unreadCount } of Object.values(state.conversations)) total += unreadCount;
  return total;
}

function withMessage(conversation: Conversation, message: Message): Conversation {
  const last = conversation.lastMessage;
  const lastMessage = last && last.seq >= message.seq ? last : message;
  // A send counts as having read all before it, for its sender.
  const readSeq = message.mine ? Math.max(conversation.readSeq, message.seq) : conversation.readSeq;
  const otherReadSeq = message.mine ? conversation.otherReadSeq : maxOrNull(conversation.otherReadSeq, message.seq);
  return withReads(lastMessage === last ? conversation : { ...conversation, lastMessage }, readSeq, otherReadSeq);
}

function withRead(conversation: Conversation, mine: boolean, seq: number): Conversation {
  return mine
    ? withReads(conversation, Math.max(conversation.readSeq, seq), conversation.otherReadSeq)
    : withReads(conversation, conversation.readSeq, maxOrNull(conversation.otherReadSeq, seq));
}

function withReads(conversation: Conversation, readSeq: number, otherReadSeq: number | null): Conversation {
  const unreadCount = Math.max(0, (conversation.lastMessage?.seq ?? 0) - readSeq);
  if (readSeq === conversation.readSeq && otherReadSeq === conversation.otherReadSeq && unreadCount === conversation.unreadCount) {
    return conversation;
  }
  return { ...conversation, readSeq, otherReadSeq, unreadCount, hasUnreadMessages: unreadCount > 0 };
}

/** A group has no cursor of "the other one". */
function maxOrNull(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a : Math.max(a, b);
}

function setConversation(state: MessengerState, conversation: Conversation): MessengerState {
  const known = state.conversations[conversation.id];
  if (known === conversation) return state;
  const next = { ...state, conversations: { ...state.conversations, [conversation.id]: conversation } };
  return known && known.lastMessage?.id === conversation.lastMessage?.id ? next : relist(next);
}

/** The list's order: latest message first, of two in one millisecond the greater id. */
function listKey(conversation: Conversation, unsentAt = ""): string {
  return `${conversation.lastMessage?.createdAt ?? unsentAt} ${conversation.id}`;
}

/**
 * The last message of the last conversation that the server lists too: what comes after it is the next page. A conversation's
 * own id would name another place as soon as something is said in it.
 */
export function endOfList({ order, conversations }: MessengerState): string | undefined {
  const last = order.findLast((id) => conversations[id]?.lastMessage);
  return last && conversations[last]?.lastMessage?.id;
}

function relist(state: MessengerState): MessengerState {
  const keys: [string, string][] = [];
  for (const conversation of Object.values(state.conversations)) {
    const unsentAt = state.outbox[conversation.id]?.at(-1)?.createdAt;
    const key = listKey(conversation, unsentAt);
    if (!conversation.lastMessage && unsentAt) keys.push([key, conversation.id]);
    else if (conversation.lastMessage && (state.listFloor === null || key >= state.listFloor)) keys.push([key, conversation.id]);
  }
  const order = keys.sort(([a], [b]) => (a < b ? 1 : -1)).map(([, id]) => id);
  const same = order.length === state.order.length && order.every((id, i) => id === state.order[i]);
  return same ? state : { ...state, order };
}

function sameUser<T extends User | null>(held: T, user: User): T | User {
  if (held?.id !== user.id) return held;
  return held.username === user.username && held.name === user.name && held.avatarURL === user.avatarURL ? held : user;
}

function sameSender<T extends Message | null>(message: T, user: User): T {
  if (!message) return message;
  const sender = sameUser(message.sender, user);
  return sender === message.sender ? message : { ...message, sender };
}

function mapArray<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  let changed = false;
  const next = items.map((item) => {
    const to = change(item);
    changed ||= to !== item;
    return to;
  });
  return changed ? next : items;
}

function mapValues<T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Readonly<Record<string, T>> {
  let changed = false;
  const next: Record<string, T> = {};
  for (const [key, value] of Object.entries(record)) {
    next[key] = change(value);
    changed ||= next[key] !== value;
  }
  return changed ? next : record;
}
