import type { ConversationSnapshot, Snapshot } from "@/lib/client/messenger";
import type { EventSourceLike } from "@/lib/client/sync/stream";
import { Conversation } from "@/lib/protocol/conversations";
import { EVENT_NAMES, eventData, PING, type StreamEvent } from "@/lib/protocol/events";
import type { Message } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";

/**
 * A server of the contract in memory, for as much of it as a page asks. What it shares with the real one is what
 * matters here: numbers without a gap, read cursors that only grow, a log whose cursor lags behind (so that a
 * replay repeats), and answers that are read at one moment and arrive at another.
 */
export class ModelServer {
  readonly users = new Map<string, User>();
  /** Users as sessions remember them: a little behind, and what live messages tell of their senders. */
  private remembered = new Map<string, User>();
  private readonly conversations = new Map<
    string,
    { id: string; people: [string, string]; messages: Stored[]; reads: Map<string, number> }
  >();
  private log: Logged[] = [];
  private xid = 1;
  /** What cursors say: it may lag behind the log. */
  private position = 1;
  private pruned = 0;
  private epoch = 1;
  private clock = Date.parse("2026-01-01T00:00:00Z");
  readonly streams = new Set<ModelSource>();
  /** Requests as they came in, for tests that count them. */
  readonly requests: string[] = [];

  constructor(...names: string[]) {
    for (const name of names) this.users.set(name, { id: name, username: name, name: null, avatarURL: null });
  }

  // What people do.

  start(a: string, b: string): string {
    const people = [a, b].sort() as [string, string];
    const id = people.join("+");
    if (!this.conversations.has(id)) this.conversations.set(id, { id, people, messages: [], reads: new Map(people.map((p) => [p, 0])) });
    return id;
  }

  send(conversationId: string, senderId: string, content: string, clientId?: string): Message {
    const conversation = this.conversationOf(conversationId);
    const earlier = clientId && conversation.messages.find((m) => m.senderId === senderId && m.clientId === clientId);
    if (earlier) return this.toMessage(earlier, senderId);
    const seq = conversation.messages.length + 1;
    const stored = {
      id: `${conversationId}#${seq}`,
      conversationId,
      seq,
      content,
      createdAt: new Date(this.clock++).toISOString(),
      senderId,
      clientId,
    };
    conversation.messages.push(stored);
    conversation.reads.set(senderId, seq);
    this.publish(conversation.people, (viewer) => this.messageEvent(conversationId, seq, viewer) ?? this.told(stored, viewer));
    return this.toMessage(stored, senderId);
  }

  /** A message is now so; the event tells all of it, and a replay tells it as it is by then. */
  edit(conversationId: string, seq: number, content: string): void {
    const conversation = this.conversationOf(conversationId);
    const stored = conversation.messages[seq - 1];
    if (!stored) return;
    const changed = { ...stored, content, version: (stored.version ?? 1) + 1 };
    conversation.messages[seq - 1] = changed;
    this.publish(conversation.people, (viewer) => this.messageEvent(conversationId, seq, viewer) ?? this.told(changed, viewer));
  }

  private messageEvent(conversationId: string, seq: number, viewer: string): StreamEvent | null {
    const stored = this.conversations.get(conversationId)?.messages[seq - 1];
    return stored ? this.told(stored, viewer) : null;
  }

  /** Users as sessions remember them. */
  private told(stored: Stored, viewer: string): StreamEvent {
    const { senderId } = stored;
    const message = { ...this.toMessage(stored, viewer), sender: this.remembered.get(senderId) ?? this.userOf(senderId) };
    return message.mine ? { type: "sent", message } : { type: "message", message };
  }

  read(conversationId: string, userId: string, seq: number): void {
    const conversation = this.conversationOf(conversationId);
    if (seq <= (conversation.reads.get(userId) ?? 0)) return;
    conversation.reads.set(userId, seq);
    this.publish(conversation.people, () => ({ type: "read", conversationId, userId, seq }));
  }

  rename(userId: string, name: string): void {
    if (!this.remembered.has(userId)) this.remembered.set(userId, this.userOf(userId));
    this.users.set(userId, { ...this.userOf(userId), name });
    // A replay tells of users as they are now.
    for (const { people } of this.conversations.values()) {
      if (people.includes(userId)) this.publish(people, () => ({ type: "user", user: this.userOf(userId) }));
    }
  }

  /** A conversation is over for all of its people: as if it had never been. */
  end(conversationId: string): void {
    this.conversations.delete(conversationId);
  }

  // What operators and databases do.

  /** The log forgets all that has happened so far. */
  prune(): void {
    this.settleLog();
    this.log = [];
    this.pruned = this.xid - 1;
  }

  /** A database put back to an earlier state: what came after never happened. Streams end. */
  restore(backup: () => void): void {
    backup();
    this.epoch++;
    for (const stream of [...this.streams]) stream.cut();
  }

  backup(): () => void {
    const kept = structuredClone({ users: this.users, conversations: this.conversations });
    return () => {
      this.users.clear();
      this.conversations.clear();
      const { users, conversations } = structuredClone(kept);
      for (const [id, user] of users) this.users.set(id, user);
      for (const [id, conversation] of conversations) this.conversations.set(id, conversation);
      this.log = [];
    };
  }

  /** Cursors catch up with the log, and sessions with their users. */
  settleLog(): void {
    this.remembered.clear();
    this.position = this.xid;
  }

  beat(): void {
    for (const stream of this.streams) stream.push(PING, this.cursor(0), 0);
  }

  // What a page asks.

  snapshot(userId: string, openId?: string, limit = 25): Snapshot {
    const cursor = this.cursor(0);
    const list = this.list(userId);
    return {
      me: this.userOf(userId),
      conversations: list.slice(0, limit),
      hasMore: list.length > limit,
      unread: {
        conversations: list.filter(({ unreadCount }) => unreadCount > 0).slice(0, 100),
        hasMore: list.filter(({ unreadCount }) => unreadCount > 0).length >= 100,
      },
      transcript: openId === undefined ? undefined : this.painted(userId, openId),
      cursor,
    };
  }

  /** What the server reads of a conversation for a page, apart from the list. */
  painted(userId: string, openId: string): ConversationSnapshot {
    const cursor = this.cursor(0);
    return { conversation: this.view(openId, userId), messages: this.messages(openId, userId).slice(-50).reverse(), cursor };
  }

  /** All messages of a conversation as a viewer sees them, ascending. */
  messages(conversationId: string, viewer: string): Message[] {
    return this.conversationOf(conversationId).messages.map((stored) => this.toMessage(stored, viewer));
  }

  handle(userId: string, method: string, url: string, body: unknown): { status: number; body?: unknown } {
    const { pathname, searchParams } = new URL(url, "http://parley.test");
    this.requests.push(`${method} ${pathname}`);
    const [, , resource, id, part] = pathname.split("/");
    const asked = Object.fromEntries(searchParams);
    const limit = Number(asked.limit ?? 25);
    if (resource === "auth_user") return { status: 200, body: this.userOf(userId) };
    if (resource !== "conversations") return { status: 404, body: { message: "Not found." } };
    if (id === undefined && method === "POST") {
      return { status: 201, body: this.view(this.start(userId, (body as { username: string }).username), userId) };
    }
    if (id === undefined) {
      const list = this.list(userId);
      const rows = asked.unread === undefined ? this.listAfter(list, asked.before) : list.filter(({ unreadCount }) => unreadCount > 0);
      return { status: 200, body: rows.slice(0, limit) };
    }
    const conversation = this.conversations.get(decodeURIComponent(id));
    if (!conversation?.people.includes(userId)) return { status: 404, body: { message: "Conversation not found." } };
    if (part === undefined) return { status: 200, body: this.view(conversation.id, userId) };
    if (part === "read_messages") {
      const { upTo } = body as { upTo: string };
      this.read(conversation.id, userId, conversation.messages.find((m) => m.id === upTo)?.seq ?? 0);
      return { status: 204 };
    }
    if (method === "POST") {
      const { content, clientId } = body as { content: string; clientId: string };
      return { status: 201, body: this.send(conversation.id, userId, content, clientId) };
    }
    return this.page(this.messages(conversation.id, userId), asked, limit);
  }

  private page(all: Message[], asked: Record<string, string>, limit: number): { status: number; body?: unknown } {
    const anchor = asked.before ?? asked.after ?? asked.around;
    const at = anchor === undefined ? all.length : all.findIndex((message) => message.id === anchor);
    if (at < 0) return { status: 404, body: { message: "Message not found." } };
    if (asked.after !== undefined) return { status: 200, body: all.slice(at + 1, at + 1 + limit) };
    const end = asked.around === undefined ? at : at + 1 + Math.floor(limit / 2);
    return { status: 200, body: all.slice(Math.max(0, Math.min(end, all.length) - limit), end).reverse() };
  }

  open(userId: string, url: string): ModelSource {
    const source = new ModelSource(userId, () => this.streams.delete(source));
    this.streams.add(source);
    const from = new Set(new URL(url, "http://parley.test").searchParams.getAll("lastEventId"));
    const cursors = [...from].map((cursor) => cursor.split("-").map(Number) as [number, number, number]);
    const position = Math.min(...cursors.map(([, position]) => position));
    const eventId = cursors.length === 1 ? cursors[0]?.[2] : 0;
    const reachable = cursors.every(([epoch]) => epoch === this.epoch) && position > this.pruned;
    source.opens();
    if (!reachable) {
      source.send({ type: "reset" }, this.cursor(0));
      return source;
    }
    const missed = this.log.filter((logged) => logged.id >= position);
    for (const { id, people, of } of missed) {
      const resume = `${this.epoch}-${Math.min(id + 1, Math.max(this.position, position))}-${id}`;
      if (people.includes(userId) && id !== eventId) source.send(of(userId), resume);
    }
    source.send({ type: "ready" }, this.cursor(0));
    return source;
  }

  private publish(people: readonly string[], of: (viewer: string) => StreamEvent): void {
    const id = this.xid++;
    this.log.push({ id, people, of });
    for (const stream of this.streams) if (people.includes(stream.userId)) stream.send(of(stream.userId), this.cursor(id));
  }

  private cursor(eventId: number): string {
    return `${this.epoch}-${this.position}-${eventId}`;
  }

  private list(userId: string): Conversation[] {
    return [...this.conversations.values()]
      .filter(({ people, messages }) => people.includes(userId) && messages.length > 0)
      .map(({ id }) => this.view(id, userId))
      .sort((a, b) => (listKey(a) < listKey(b) ? 1 : -1));
  }

  /** What comes after a conversation of the list, or after where one stood when that message was its last. */
  private listAfter(list: Conversation[], before: string | undefined): Conversation[] {
    if (before === undefined) return list;
    for (const { id, messages } of this.conversations.values()) {
      const message = before === id ? messages.at(-1) : messages.find((one) => one.id === before);
      if (message) return list.filter((row) => listKey(row) < `${message.createdAt} ${id}`);
    }
    return [];
  }

  view(id: string, viewer: string): Conversation {
    const { people, messages, reads } = this.conversationOf(id);
    const other = people.find((person) => person !== viewer) ?? viewer;
    const last = messages.at(-1);
    const readSeq = reads.get(viewer) ?? 0;
    const unreadCount = messages.length - readSeq;
    return Conversation.parse({
      id,
      kind: "direct",
      otherParticipant: this.userOf(other),
      lastMessage: last ? this.toMessage(last, viewer) : null,
      hasUnreadMessages: unreadCount > 0,
      unreadCount,
      readSeq,
      otherReadSeq: reads.get(other) ?? 0,
      lastSeq: messages.length,
      listedAt: last?.createdAt ?? null,
    });
  }

  private toMessage({ senderId, clientId, ...rest }: Stored, viewer: string): Message {
    const mine = senderId === viewer;
    return { ...rest, mine, sender: this.userOf(senderId), ...(mine && clientId ? { clientId } : {}) };
  }

  private userOf(id: string): User {
    const user = this.users.get(id);
    if (!user) throw new Error(`There is no user ${id}.`);
    return user;
  }

  private conversationOf(id: string) {
    const conversation = this.conversations.get(id);
    if (!conversation) throw new Error(`There is no conversation ${id}.`);
    return conversation;
  }
}

const listKey = (row: Conversation) => `${row.lastMessage?.createdAt} ${row.id}`;

type Stored = {
  id: string;
  conversationId: string;
  seq: number;
  content: string;
  createdAt: string;
  senderId: string;
  clientId?: string;
  version?: number;
};
type Logged = { id: number; people: readonly string[]; of: (viewer: string) => StreamEvent };

/** The page's end of a stream: what the server wrote waits in it until the test lets it arrive. */
export class ModelSource implements EventSourceLike {
  readyState = 0;
  onopen: EventSource["onopen"] = null;
  onerror: EventSource["onerror"] = null;
  onmessage: EventSource["onmessage"] = null;
  private readonly listeners = new Map<string, (event: MessageEvent) => void>();
  private readonly waiting: (() => void)[] = [];

  constructor(
    readonly userId: string,
    private readonly onClose: () => void = () => {},
  ) {}

  addEventListener(name: string, listener: unknown): void {
    this.listeners.set(name, listener as (event: MessageEvent) => void);
  }

  close(): void {
    this.readyState = 2;
    this.waiting.length = 0;
    this.onClose();
  }

  opens(): void {
    this.waiting.push(() => {
      this.readyState = 1;
      this.onopen?.call(this as never, {} as Event);
    });
  }

  send(event: StreamEvent, id: string): void {
    this.push(EVENT_NAMES[event.type], id, eventData(event));
  }

  push(name: string | null, id: string, data: unknown): void {
    const message = { data: JSON.stringify(data), lastEventId: id } as MessageEvent;
    this.waiting.push(() => (name === null ? this.onmessage?.call(this as never, message) : this.listeners.get(name)?.(message)));
  }

  /** Lets the next thing that the server wrote arrive. False: nothing was on its way. */
  arrive(): boolean {
    const next = this.waiting.shift();
    next?.();
    return next !== undefined;
  }

  arriveAll(): void {
    while (this.arrive());
  }

  /** The connection is lost, with all that was on its way. */
  cut(readyState = 0): void {
    this.readyState = readyState;
    this.waiting.length = 0;
    this.onClose();
    this.onerror?.call(this as never, {} as Event);
  }
}
