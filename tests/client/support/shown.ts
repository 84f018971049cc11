import type { MessengerState } from "@/lib/client/store/state";
import { conversationIn, type TranscriptView, transcriptIn } from "@/lib/client/store/views";
import type { Conversation } from "@/lib/protocol/conversations";

/** A state with conversations and transcripts as the screen shows them. */
export type Shown = Omit<MessengerState, "conversations" | "transcripts"> & {
  conversations: Readonly<Record<string, Conversation>>;
  transcripts: Readonly<Record<string, TranscriptView>>;
};

const known = new WeakMap<MessengerState, Shown>();
const views = new WeakMap<object, { users: MessengerState["users"]; view: object }>();

/** The same object for the same state, and the same parts for the same parts. */
export function shown(state: MessengerState): Shown {
  const before = known.get(state);
  if (before) return before;
  const { users } = state;
  const conversations = viewAll(
    state.conversations,
    [...state.conversations.ids()],
    users,
    (id) => conversationIn(state, id) as Conversation,
  );
  const transcripts = viewAll(state.transcripts, Object.keys(state.transcripts), users, (id) => transcriptIn(state, id) as TranscriptView);
  const view = { ...state, conversations, transcripts };
  known.set(state, view);
  return view;
}

function viewAll<T>(held: object, ids: readonly string[], users: MessengerState["users"], viewOf: (id: string) => T): Record<string, T> {
  const before = views.get(held);
  if (before?.users === users) return before.view as Record<string, T>;
  const view = Object.fromEntries(ids.map((id) => [id, viewOf(id)]));
  views.set(held, { users, view });
  return view;
}
