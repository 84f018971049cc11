import type { ConversationSnapshot, Snapshot } from "@/lib/client/messenger";
import type { EventSourceLike } from "@/lib/client/sync/stream";
import { type ChangePlaceInput, Conversation } from "@/lib/protocol/conversations";
import { EVENT_NAMES, eventData, PING, type StreamEvent } from "@/lib/protocol/events";
import type { Group } from "@/lib/protocol/groups";
import type { Message } from "@/lib/protocol/messages";
import type { QuietLine } from "@/lib/protocol/quiet-lines";
import type { User } from "@/lib/protocol/users";
import { groupOf, NEW_PLACE, type Place } from "./model-places";

/**
 * A server of the contract in memory, for as much of it as a page asks. What it shares with the real one is what
 * matters here: numbers without a gap, read cursors that only grow, a log whose cursor lags behind (so that a
 * replay repeats), and answers that are read at one moment and arrive at another.
 */
export class ModelServer {
  readonly users = new Map<string, User>();
  /** Users as sessions remember them: a little behind, and what live messages tell of their senders. */
  private remembered = new Map<string, User>();
  private readonly conversations = new Map<string, { id: string; group: Group | null; messages: Stored[]; places: Map<string, Place> }>();
  private log: Logged[] = [];
  private xid = 1;
  /** Of places: a number for all of them, since one that was left and taken again goes on. */
  private version = 0;
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
    if (!this.conversations.has(id)) {
      this.conversations.set(id, { id, group: null, messages: [], places: new Map(people.map((p) => [p, NEW_PLACE])) });
    }
    return id;
  }

  /** A group of these people; once more only what is missing of it. */
  startGroup(id: string, ...people: [owner: string, ...others: string[]]): string {
    if (!this.conversations.has(id)) {
      this.conversations.set(id, { id, group: groupOf(id), messages: [], places: new Map() });
      this.join(id, people[0], "all");
    }
    for (const person of people) if (!this.conversationOf(id).places.has(person)) this.join(id, person, "all");
    return id;
  }

  /** Takes part from here on; of what was said before they see all or nothing. */
  join(id: string, person: string, history: Group["history"]): void {
    const { places, messages } = this.conversationOf(id);
    if (places.has(person)) return;
    const seq = messages.length;
    const listedAt = new Date(this.clock).toISOString();
    places.set(person, { ...NEW_PLACE, readSeq: seq, fromSeq: history === "all" ? 0 : seq, listedAt, version: ++this.version });
    this.tellPlace(id, person);
    this.changeGroup(id, { participantCount: places.size });
    this.note(id, person, { kind: "joined" });
  }

  /** Hears nothing any more from here on. */
  remove(id: string, person: string): void {
    const { places } = this.conversationOf(id);
    if (!places.delete(person)) return;
    this.tellPlace(id, person);
    const [first] = places.keys();
    if (first === undefined) return;
    this.changeGroup(id, { participantCount: places.size });
    this.note(id, first, { kind: "removed", users: [this.userOf(person)] });
  }

  changeGroup(id: string, fields: Partial<Group>): void {
    const conversation = this.conversationOf(id);
    if (!conversation.group) return;
    const group = { ...conversation.group, ...fields, version: conversation.group.version + 1 };
    conversation.group = group;
    this.publish([...conversation.places.keys()], () => ({ type: "conversation", group: this.conversationOf(id).group ?? group }));
  }

  /** What somebody sets for themselves; or, with `readSeq`, marks as unread. */
  setPlace(id: string, person: string, fields: Partial<Place>): void {
    const { places } = this.conversationOf(id);
    const place = places.get(person);
    if (!place) return;
    places.set(person, { ...place, ...fields, version: ++this.version });
    this.tellPlace(id, person);
  }

  /** A quiet line. */
  private note(id: string, senderId: string, notice: QuietLine): void {
    this.append(id, senderId, notice.kind, { notice });
  }

  private tellPlace(conversationId: string, person: string): void {
    this.publish([person], (viewer) => ({ type: "place", conversationId, conversation: this.viewOrNull(conversationId, viewer) }));
  }

  private viewOrNull(id: string, viewer: string): Conversation | null {
    return this.conversations.get(id)?.places.has(viewer) ? this.view(id, viewer) : null;
  }

  send(conversationId: string, senderId: string, content: string, clientId?: string): Message {
    const conversation = this.conversationOf(conversationId);
    const earlier = clientId && conversation.messages.find((m) => m.senderId === senderId && m.clientId === clientId);
    if (earlier) return this.toMessage(earlier, senderId);
    const stored = this.append(conversationId, senderId, content, { clientId });
    return this.toMessage(stored, senderId);
  }

  private append(conversationId: string, senderId: string, content: string, more: Pick<Stored, "clientId" | "notice">): Stored {
    const { messages, places } = this.conversationOf(conversationId);
    const seq = messages.length + 1;
    const createdAt = new Date(this.clock++).toISOString();
    const stored = { id: `${conversationId}#${seq}`, conversationId, seq, content, createdAt, senderId, ...more };
    messages.push(stored);
    const place = places.get(senderId);
    if (place && !more.notice) places.set(senderId, { ...place, readSeq: seq });
    this.publish([...places.keys()], (viewer) => this.messageEvent(conversationId, seq, viewer) ?? this.told(stored, viewer));
    return stored;
  }

  /** A message is now so; the event tells all of it, and a replay tells it as it is by then. */
  edit(conversationId: string, seq: number, content: string): void {
    const conversation = this.conversationOf(conversationId);
    const stored = conversation.messages[seq - 1];
    if (!stored) return;
    const changed = { ...stored, content, version: (stored.version ?? 1) + 1 };
    conversation.messages[seq - 1] = changed;
    this.publish([...conversation.places.keys()], (viewer) => this.messageEvent(conversationId, seq, viewer) ?? this.told(changed, viewer));
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
    const { group, places } = this.conversationOf(conversationId);
    const place = places.get(userId);
    if (!place || seq <= place.readSeq) return;
    places.set(userId, { ...place, readSeq: seq });
    if (group) return this.tellPlace(conversationId, userId);
    this.publish([...places.keys()], () => ({
      type: "read",
      conversationId,
      userId,
      seq,
      ...(place.version > 0 && { placeVersion: place.version }),
    }));
  }

  rename(userId: string, name: string): void {
    if (!this.remembered.has(userId)) this.remembered.set(userId, this.userOf(userId));
    this.users.set(userId, { ...this.userOf(userId), name });
    // A replay tells of users as they are now.
    for (const { places } of this.conversations.values()) {
      if (places.has(userId)) this.publish([...places.keys()], () => ({ type: "user", user: this.userOf(userId) }));
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
      pinned: list.filter(({ pinned }) => pinned !== null),
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
    const { messages, places } = this.conversationOf(conversationId);
    const from = places.get(viewer)?.fromSeq ?? 0;
    return messages.slice(from).map((stored) => this.toMessage(stored, viewer));
  }

  handle(userId: string, method: string, url: string, body: unknown): { status: number; body?: unknown } {
    const { pathname, searchParams } = new URL(url, "http://parley.test");
    this.requests.push(`${method} ${pathname}`);
    const [, , resource, id, part] = pathname.split("/");
    const asked = Object.fromEntries(searchParams);
    const limit = Number(asked.limit ?? 25);
    if (resource === "auth_user") return { status: 200, body: this.userOf(userId) };
    if (resource === "groups" && part === "online") {
      const { places } = this.conversations.get(decodeURIComponent(id ?? "")) ?? {};
      const online = new Set(Array.from(this.streams, (stream) => stream.userId));
      return places?.has(userId) ? { status: 200, body: { online: [...online].filter((one) => places.has(one)).length } } : { status: 404 };
    }
    if (resource !== "conversations") return { status: 404, body: { message: "Not found." } };
    if (id === undefined && method === "POST") {
      return { status: 201, body: this.view(this.start(userId, (body as { username: string }).username), userId) };
    }
    if (id === undefined) {
      const list = this.list(userId, asked.archived !== undefined);
      if (asked.pinned !== undefined) return { status: 200, body: list.filter(({ pinned }) => pinned !== null) };
      const rows = asked.unread === undefined ? this.listAfter(list, asked.before) : list.filter(({ unreadCount }) => unreadCount > 0);
      return { status: 200, body: rows.slice(0, limit) };
    }
    const conversation = this.conversations.get(decodeURIComponent(id));
    if (!conversation?.places.has(userId)) return { status: 404, body: { message: "Conversation not found." } };
    if (part === undefined) return { status: 200, body: this.view(conversation.id, userId) };
    if (part === "place") {
      const { unreadFrom, archived, deletedUpTo, ...set } = body as ChangePlaceInput;
      const { length } = conversation.messages;
      const fields: Partial<Place> = { ...set };
      if (archived !== undefined) fields.archivedSeq = archived ? length : null;
      if (unreadFrom !== undefined) fields.readSeq = Number(unreadFrom.split("#")[1]) - 1;
      if (deletedUpTo !== undefined) fields.fromSeq = Number(deletedUpTo.split("#")[1]);
      this.setPlace(conversation.id, userId, fields);
      return { status: 200, body: this.view(conversation.id, userId) };
    }
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
      if (people.includes(userId) && id !== eventId && this.mayHear(userId, of(userId))) source.send(of(userId), resume);
    }
    source.send({ type: "ready" }, this.cursor(0));
    return source;
  }

  private publish(people: readonly string[], of: (viewer: string) => StreamEvent): void {
    const id = this.xid++;
    this.log.push({ id, people, of });
    for (const stream of this.streams) if (people.includes(stream.userId)) stream.send(of(stream.userId), this.cursor(id));
  }

  /** A replay tells of a conversation to whom takes part now, and from where it begins for them. */
  private mayHear(userId: string, event: StreamEvent): boolean {
    if (event.type === "conversation") return this.conversations.get(event.group.id)?.places.has(userId) ?? false;
    if (event.type !== "message" && event.type !== "sent") return true;
    const place = this.conversations.get(event.message.conversationId)?.places.get(userId);
    return place !== undefined && event.message.seq > place.fromSeq;
  }

  private cursor(eventId: number): string {
    return `${this.epoch}-${this.position}-${eventId}`;
  }

  private list(userId: string, archived = false): Conversation[] {
    return [...this.conversations.values()]
      .filter(({ group, places, messages }) => messages.length > (group ? 0 : (places.get(userId)?.fromSeq ?? Number.POSITIVE_INFINITY)))
      .filter(({ places }) => places.has(userId))
      .map(({ id }) => this.view(id, userId))
      .filter((row) => row.archived === archived)
      .sort((a, b) => (listKey(a) < listKey(b) ? 1 : -1));
  }

  /** What comes after a conversation of the list, or after where one stood when that message was its last. */
  private listAfter(list: Conversation[], before: string | undefined): Conversation[] {
    if (before === undefined) return list;
    const named = list.find(({ id }) => id === before);
    if (named) return list.slice(list.indexOf(named) + 1);
    for (const { id, messages } of this.conversations.values()) {
      const message = messages.find((one) => one.id === before);
      if (message) return list.filter((row) => listKey(row) < `${message.createdAt} ${id}`);
    }
    return [];
  }

  view(id: string, viewer: string): Conversation {
    const { group, messages, places } = this.conversationOf(id);
    const { version, role, archivedSeq, listedAt, ...place } = places.get(viewer) ?? NEW_PLACE;
    const other = [...places.keys()].find((person) => person !== viewer) ?? viewer;
    const seen = messages.slice(place.fromSeq);
    const said = seen.findLast(({ notice }) => !notice);
    const last = said ?? seen.at(-1);
    const unreadCount = seen.filter(({ seq, notice }) => seq > place.readSeq && !notice).length;
    const times = [group && listedAt, said?.createdAt].filter((time) => typeof time === "string");
    return Conversation.parse({
      ...place,
      id,
      kind: group ? "group" : "direct",
      group,
      role: group ? role : null,
      otherParticipant: group ? null : this.userOf(other),
      lastMessage: last ? this.toMessage(last, viewer) : null,
      hasUnreadMessages: unreadCount > 0,
      unreadCount,
      otherReadSeq: group ? null : (places.get(other)?.readSeq ?? 0),
      lastSeq: messages.length,
      listedAt: times.sort().at(-1) ?? null,
      archived: archivedSeq !== null && (place.muted !== "no" || (said?.seq ?? 0) <= archivedSeq),
      placeVersion: version,
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

const listKey = (row: Conversation) => `${row.listedAt} ${row.id}`;

type Stored = {
  id: string;
  conversationId: string;
  seq: number;
  content: string;
  createdAt: string;
  senderId: string;
  clientId?: string;
  version?: number;
  notice?: QuietLine;
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
