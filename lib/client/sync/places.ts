import type { ChangePlaceInput } from "@/lib/protocol/conversations";
import type { Api } from "../api";
import { learnConversations, markRead } from "../store/conversations";
import { placeAfter } from "../store/places";
import type { Store } from "../store/store";
import { patchTranscript } from "../store/transcripts";
import type { Intake } from "./intake";

/**
 * What a person sets for themselves in a conversation: muted, pinned, archived, unread. The screen shows it at once; where
 * the server refuses it, it is as before, and the ApiError is the caller's to tell.
 */
export function createPlaces(options: { store: Store; api: Api; intake: Intake; onMarkedUnread: (id: string) => void }) {
  const { store, api, intake } = options;

  async function changePlace(id: string, input: ChangePlaceInput): Promise<void> {
    const before = store.getState().conversations.get(id);
    if (!before) return;
    const expected = placeAfter(before, input, store.getState().transcripts[id]);
    store.change((draft) => draft.setConversation({ ...before, ...expected }));
    try {
      await intake.fetchInto(
        () => api.changePlace(id, input),
        (draft, row) => learnConversations(draft, [row]),
      );
    } catch (error) {
      store.change((draft) => {
        const now = draft.state.conversations.get(id);
        const fields = Object.keys(expected).map((key) => [key, before[key as keyof typeof before]]);
        if (now?.placeVersion === before.placeVersion) draft.setConversation({ ...now, ...Object.fromEntries(fields) });
      });
      throw error;
    }
  }

  return {
    changePlace,
    /** The message and all after it count as unread, until the conversation is opened anew. */
    async markUnread(id: string, message: { id: string; seq: number }): Promise<void> {
      options.onMarkedUnread(id);
      store.change((draft) => patchTranscript(draft, id, { firstUnread: message.seq }));
      await changePlace(id, { unreadFrom: message.id });
    },
    /** All that it holds now. */
    async markWholeRead(id: string): Promise<void> {
      const known = store.getState().conversations.get(id);
      if (!known?.lastMessage) return;
      store.change((draft) => markRead(draft, id, known.lastSeq));
      await api.markRead(id, known.lastMessage.id);
    },
    async markAllRead(): Promise<void> {
      store.change((draft) => {
        const { conversations } = draft.state;
        for (const id of conversations.ids()) markRead(draft, id, conversations.get(id)?.lastSeq ?? 0);
      });
      await api.markAllRead();
    },
  };
}
