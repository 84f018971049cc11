import type { Api } from "../api";
import { ApiError } from "../request";
import type { Store } from "../store/store";
import { idsOfUnsent } from "../store/stranded";

/**
 * Finds the conversations in which something is not sent and that their author is not in any more: those that are not held
 * are asked for once, and the server knows of no such conversation. The outbox keeps what it was told there, and drafts
 * stay; this is how anybody gets to see them. Returns what ends it.
 */
export function watchStranded({ store, api }: { store: Store; api: Pick<Api, "conversation"> }): () => void {
  /** Of those that hold something unsent, what they were called, and which were asked for. */
  const names = new Map<string, string | null>();
  const asked = new Set<string>();
  let seen: readonly unknown[] = [];

  function look(): void {
    const { outbox, drafts, conversations, gone, connection } = store.getState();
    const now = [outbox, drafts, conversations, connection.status];
    if (now.every((part, i) => part === seen[i])) return;
    // What failed to be answered is asked for again.
    if (connection.status !== seen[3]) asked.clear();
    seen = now;
    const ids = new Set(idsOfUnsent({ outbox, drafts }));
    for (const id of [...names.keys()]) if (!ids.has(id)) names.delete(id);
    for (const id of ids) {
      const held = conversations.get(id);
      if (held) names.set(id, held.group?.name ?? null);
      else if (connection.status === "open" && !asked.has(id) && !(id in gone)) void ask(id);
    }
    const left = Object.entries(gone).filter(([id]) => ids.has(id) && !conversations.get(id));
    if (left.length < Object.keys(gone).length) store.patch({ gone: Object.fromEntries(left) });
  }

  async function ask(id: string): Promise<void> {
    asked.add(id);
    try {
      await api.conversation(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { gone, conversations } = store.getState();
      if (error.status === 404 && !conversations.get(id)) store.patch({ gone: { ...gone, [id]: names.get(id) ?? null } });
    }
  }

  look();
  return store.subscribe(look);
}
