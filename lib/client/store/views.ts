import type { Conversation } from "@/lib/protocol/conversations";
import type { Message } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import type { ConversationSnapshot } from "./snapshot";
import type { HeldConversation, HeldMessage, MessengerState } from "./state";
import { firstUnreadOf } from "./transcripts";
import { EMPTY, type Transcript, windowOf } from "./window";

/**
 * What is held apart, put together for the screen. A view is made once and stays the same object until something that
 * it shows changes, so that nothing else is drawn again. Views are kept as long as what they are made of.
 */

/** A transcript with its messages in place of their ids. */
export type TranscriptView = Omit<Transcript, "ids" | "messages" | "ahead"> & { messages: readonly Message[]; ahead: readonly Message[] };

type Users = MessengerState["users"];

const messages = new WeakMap<HeldMessage, Message>();
const conversations = new WeakMap<HeldConversation, Conversation>();
const transcripts = new WeakMap<Transcript, { users: Users; view: TranscriptView }>();

/** What a transcript shows that was never opened. */
export const NOTHING: TranscriptView = { ...EMPTY, messages: [], ahead: [] };

export function conversationIn(state: MessengerState, id: string): Conversation | undefined {
  const held = state.conversations.get(id);
  return held && viewConversation(held, state.users);
}

/** Undefined until the conversation was opened. */
export function transcriptIn(state: MessengerState, id: string): TranscriptView | undefined {
  const held = state.transcripts[id];
  return held && viewTranscript(held, state.users);
}

function viewTranscript(held: Transcript, users: Users): TranscriptView {
  const known = transcripts.get(held);
  if (known?.users === users) return known.view;
  const viewAll = (ids: readonly string[]) => ids.map((id) => viewMessage(held.messages.get(id) as HeldMessage, users));
  const { ids, messages: _, ahead, ...rest } = held;
  let view = { ...rest, messages: viewAll(ids), ahead: viewAll(ahead) };
  if (known && same(known.view.messages, view.messages) && same(known.view.ahead, view.ahead)) view = known.view as typeof view;
  transcripts.set(held, { users, view });
  return view;
}

/** What the transcript of a conversation shows before the store has taken it in. */
export function viewSnapshot({ conversation, messages: rows }: Omit<ConversationSnapshot, "cursor">): TranscriptView {
  const users = Object.fromEntries(rows.map(({ sender }) => [sender.id, sender]));
  const window = windowOf(rows, conversation.lastSeq, { ...EMPTY, from: conversation.fromSeq, firstUnread: firstUnreadOf(conversation) });
  return viewTranscript(window, users);
}

function viewConversation(held: HeldConversation, users: Users): Conversation {
  const { otherId, lastMessage, missing: _, placeSeq: __, ...rest } = held;
  const otherParticipant = otherId === null ? null : (users[otherId] as User);
  const last = lastMessage && viewMessage(lastMessage, users);
  const known = conversations.get(held);
  if (known && known.otherParticipant === otherParticipant && known.lastMessage === last) return known;
  const view = { ...rest, otherParticipant, lastMessage: last };
  conversations.set(held, view);
  return view;
}

function viewMessage(held: HeldMessage, users: Users): Message {
  const sender = users[held.sender.id] as User;
  const known = messages.get(held) ?? held;
  if (known.sender === sender) return known;
  const view = { ...held, sender };
  messages.set(held, view);
  return view;
}

function same(before: readonly Message[], after: readonly Message[]): boolean {
  return before.length === after.length && before.every((message, i) => message === after[i]);
}
