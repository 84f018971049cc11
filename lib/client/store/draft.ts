import type { User } from "@/lib/protocol/users";
import { listPlace, reorder } from "./list";
import type { HeldConversation, MessengerState } from "./state";
import type { OutboxItem } from "./unsent";
import { type OwnTranscript, own, type Transcript } from "./window";

/** A change of the state, in steps of any number. */
export type Step = (draft: Draft) => void;

/** The state after these steps; the same one where they changed nothing. */
export function change(state: MessengerState, ...steps: readonly Step[]): MessengerState {
  const draft = new Draft(state);
  for (const step of steps) step(draft);
  return draft.finish();
}

/**
 * A state on its way to the next one. What is written to is copied, but once: twenty thousand events cost one copy of
 * each dictionary, and the list is put in order at the end.
 */
export class Draft {
  private copy: { -readonly [K in keyof MessengerState]: MessengerState[K] } | null = null;
  /** The dictionaries that are copies, and the transcripts. */
  private readonly owned = new Set<object>();
  /** Conversations whose place in the list may be another one. */
  private readonly moved = new Set<string>();

  constructor(private readonly base: MessengerState) {}

  /** As it is now: for reading. */
  get state(): MessengerState {
    return this.copy ?? this.base;
  }

  set<K extends keyof MessengerState>(key: K, value: MessengerState[K]): void {
    if (Object.is(this.state[key], value)) return;
    this.copy ??= { ...this.base };
    this.copy[key] = value;
  }

  setUser(user: User): void {
    this.entries("users")[user.id] = user;
    if (user.id === this.state.me.id) this.set("me", user);
  }

  setConversation(conversation: HeldConversation): void {
    const known = this.state.conversations.get(conversation.id);
    if (known === conversation) return;
    this.set("conversations", this.state.conversations.with(conversation.id, conversation, this.owned));
    this.set("unread", this.state.unread + countedUnread(conversation) - countedUnread(known));
    if (!known || listPlace(known) !== listPlace(conversation)) this.moved.add(conversation.id);
  }

  /** Whatever is unsent in it stays: it was written, and its author may yet be let in again. */
  removeConversation(id: string): void {
    const known = this.state.conversations.get(id);
    if (!known) return;
    this.set("unread", this.state.unread - countedUnread(known));
    this.set("conversations", this.state.conversations.without(id, this.owned));
    if (this.state.transcripts[id]) delete this.entries("transcripts")[id];
    if (this.state.openId === id) this.set("openId", null);
    this.moved.add(id);
  }

  setTranscript(id: string, transcript: Transcript): void {
    if (this.state.transcripts[id] !== transcript) this.entries("transcripts")[id] = transcript;
  }

  /** The transcript for writing to; null where it is not held. */
  ownTranscript(id: string): OwnTranscript | null {
    const held = this.state.transcripts[id];
    if (!held) return null;
    if (this.owned.has(held)) return held as OwnTranscript;
    const copy = own(held);
    this.owned.add(copy);
    this.setTranscript(id, copy);
    return copy;
  }

  setOutbox(id: string, items: readonly OutboxItem[]): void {
    this.entries("outbox")[id] = items;
    // What would be the first message of a conversation is what lists it.
    if (this.state.conversations.get(id)?.lastMessage === null) this.moved.add(id);
  }

  finish(): MessengerState {
    this.set("order", reorder(this.state, this.moved));
    this.set("archived", reorder(this.state, this.moved, "archived"));
    return this.state;
  }

  private entries<K extends "users" | "transcripts" | "outbox">(key: K): Record<string, MessengerState[K][string]> {
    const held = this.state[key];
    if (this.owned.has(held)) return held as Record<string, MessengerState[K][string]>;
    const copy = { ...held };
    this.owned.add(copy);
    this.set(key, copy);
    return copy as Record<string, MessengerState[K][string]>;
  }
}

function countedUnread(conversation: HeldConversation | undefined): number {
  return conversation?.muted === "no" ? conversation.unreadCount : 0;
}
