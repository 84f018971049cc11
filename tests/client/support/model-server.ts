import type { ConversationSnapshot, Snapshot } from "@/lib/client/messenger";
import type { ChangePlaceInput } from "@/lib/protocol/conversations";
import type { Message } from "@/lib/protocol/messages";
import { ModelGroups } from "./model-groups";
import { NEW_PLACE, type Place } from "./model-places";

/**
 * A server of the contract in memory, for as much of it as a page asks. What it shares with the real one is what
 * matters here: numbers without a gap, read cursors that only grow, a log whose cursor lags behind (so that a
 * replay repeats), and answers that are read at one moment and arrive at another.
 */
export class ModelServer extends ModelGroups {
  /** Requests as they came in, for tests that count them. */
  readonly requests: string[] = [];

  constructor(...names: string[]) {
    super();
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

  send(conversationId: string, senderId: string, content: string, clientId?: string): Message {
    const conversation = this.conversationOf(conversationId);
    const earlier = clientId && conversation.messages.find((m) => m.senderId === senderId && m.clientId === clientId);
    if (earlier) return this.toMessage(earlier, senderId);
    const stored = this.append(conversationId, senderId, content, { clientId });
    return this.toMessage(stored, senderId);
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

  /** A database put back to an earlier state: what came after never happened. Streams end. */
  restore(backup: () => void): void {
    backup();
    this.beginAnew();
  }

  backup(): () => void {
    const kept = structuredClone({ users: this.users, conversations: this.conversations });
    return () => {
      this.users.clear();
      this.conversations.clear();
      const { users, conversations } = structuredClone(kept);
      for (const [id, user] of users) this.users.set(id, user);
      for (const [id, conversation] of conversations) this.conversations.set(id, conversation);
      this.forgetLog();
    };
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
}
