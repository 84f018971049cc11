import { Conversation } from "@/lib/protocol/conversations";
import type { StreamEvent } from "@/lib/protocol/events";
import type { Group } from "@/lib/protocol/groups";
import type { Message } from "@/lib/protocol/messages";
import type { QuietLine } from "@/lib/protocol/quiet-lines";
import type { User } from "@/lib/protocol/users";
import { ModelLog } from "./model-log";
import { NEW_PLACE, type Place } from "./model-places";

export type Stored = {
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

/** Users, their conversations and what was said, and how each of them sees that. */
export abstract class ModelConversations extends ModelLog {
  readonly users = new Map<string, User>();
  /** Users as sessions remember them: a little behind, and what live messages tell of their senders. */
  protected readonly remembered = new Map<string, User>();
  protected readonly conversations = new Map<string, { id: string; group: Group | null; messages: Stored[]; places: Map<string, Place> }>();
  protected clock = Date.parse("2026-01-01T00:00:00Z");

  /** Cursors catch up with the log, and sessions with their users. */
  override settleLog(): void {
    this.remembered.clear();
    super.settleLog();
  }

  protected append(conversationId: string, senderId: string, content: string, more: Pick<Stored, "clientId" | "notice">): Stored {
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

  protected messageEvent(conversationId: string, seq: number, viewer: string): StreamEvent | null {
    const stored = this.conversations.get(conversationId)?.messages[seq - 1];
    return stored ? this.told(stored, viewer) : null;
  }

  /** Users as sessions remember them. */
  protected told(stored: Stored, viewer: string): StreamEvent {
    const { senderId } = stored;
    const message = { ...this.toMessage(stored, viewer), sender: this.remembered.get(senderId) ?? this.userOf(senderId) };
    return message.mine ? { type: "sent", message } : { type: "message", message };
  }

  /** All messages of a conversation as a viewer sees them, ascending. */
  messages(conversationId: string, viewer: string): Message[] {
    const { messages, places } = this.conversationOf(conversationId);
    const from = places.get(viewer)?.fromSeq ?? 0;
    return messages.slice(from).map((stored) => this.toMessage(stored, viewer));
  }

  protected list(userId: string, archived = false): Conversation[] {
    return [...this.conversations.values()]
      .filter(({ group, places, messages }) => messages.length > (group ? 0 : (places.get(userId)?.fromSeq ?? Number.POSITIVE_INFINITY)))
      .filter(({ places }) => places.has(userId))
      .map(({ id }) => this.view(id, userId))
      .filter((row) => row.archived === archived)
      .sort((a, b) => (listKey(a) < listKey(b) ? 1 : -1));
  }

  /** What comes after a conversation of the list, or after where one stood when that message was its last. */
  protected listAfter(list: Conversation[], before: string | undefined): Conversation[] {
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

  protected viewOrNull(id: string, viewer: string): Conversation | null {
    return this.conversations.get(id)?.places.has(viewer) ? this.view(id, viewer) : null;
  }

  protected toMessage({ senderId, clientId, ...rest }: Stored, viewer: string): Message {
    const mine = senderId === viewer;
    return { ...rest, mine, sender: this.userOf(senderId), ...(mine && clientId ? { clientId } : {}) };
  }

  protected userOf(id: string): User {
    const user = this.users.get(id);
    if (!user) throw new Error(`There is no user ${id}.`);
    return user;
  }

  protected conversationOf(id: string) {
    const conversation = this.conversations.get(id);
    if (!conversation) throw new Error(`There is no conversation ${id}.`);
    return conversation;
  }

  /** A replay tells of a conversation to whom takes part now, and from where it begins for them. */
  protected override mayHear(userId: string, event: StreamEvent): boolean {
    if (event.type === "conversation") return this.conversations.get(event.group.id)?.places.has(userId) ?? false;
    if (event.type !== "message" && event.type !== "sent") return true;
    const place = this.conversations.get(event.message.conversationId)?.places.get(userId);
    return place !== undefined && event.message.seq > place.fromSeq;
  }
}

const listKey = (row: Conversation) => `${row.listedAt} ${row.id}`;
