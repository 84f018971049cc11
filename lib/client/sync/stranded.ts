import type { Api } from "../api";
import { ApiError } from "../request";
import type { Store } from "../store/store";
import { idsOfUnsent } from "../store/stranded";

/**
 * Finds the conversations in which something is not sent and that their author is not in any more: those that are not held
 * are asked for, one after the other, and the server knows of no such conversation. The outbox keeps what it was told there,
 * and drafts stay; this is how anybody gets to see them. Returns what ends it.
 */
export function watchStranded({ store, api }: { store: Store; api: Pick<Api, "conversation"> }): () => void {
  /** Of those that hold something unsent, what they were called. */
  const names = new Map<string, string | null>();
  /** Of those that were asked for, over which connection; null once the server has answered. */
  const asked = new Map<string, number | null>();
  let connections = 0;
  let isAsking = false;
  let isOver = false;
  let seen: readonly unknown[] = [];

  function look(): void {
    const { outbox, drafts, conversations, gone, connection } = store.getState();
    const now = [outbox, drafts, conversations, connection.status];
    if (now.every((part, i) => part === seen[i])) return;
    if (connection.status !== seen[3]) connections++;
    seen = now;
    const ids = new Set(idsOfUnsent({ outbox, drafts }));
    for (const id of [...names.keys()]) if (!ids.has(id)) names.delete(id);
    // What the server has said of one before it was held is no answer for when it goes.
    for (const id of [...asked.keys()]) if (!ids.has(id) || conversations.get(id)) asked.delete(id);
    for (const id of ids) {
      const held = conversations.get(id);
      if (held) names.set(id, held.group?.name ?? null);
    }
    const left = Object.entries(gone).filter(([id]) => ids.has(id) && !conversations.get(id));
    if (left.length < Object.keys(gone).length) store.patch({ gone: Object.fromEntries(left) });
    void askAll();
  }

  /** The next to ask for. What failed to be answered is asked for again over the next connection. */
  function next(): string | undefined {
    const { outbox, drafts, conversations, gone, connection } = store.getState();
    if (isOver || connection.status !== "open") return undefined;
    return idsOfUnsent({ outbox, drafts }).find((id) => {
      const over = asked.get(id);
      return !conversations.get(id) && !(id in gone) && over !== null && over !== connections;
    });
  }

  // Somebody may have many drafts, and after a restart of the server everybody's pages come back in the same seconds.
  async function askAll(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    try {
      for (let id = next(); id !== undefined; id = next()) await ask(id);
    } finally {
      isAsking = false;
    }
  }

  async function ask(id: string): Promise<void> {
    asked.set(id, connections);
    try {
      await api.conversation(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status !== 404) return;
      const { gone, conversations } = store.getState();
      if (!conversations.get(id)) store.patch({ gone: { ...gone, [id]: names.get(id) ?? null } });
    }
    if (asked.has(id)) asked.set(id, null);
  }

  look();
  const unsubscribe = store.subscribe(look);
  return () => {
    unsubscribe();
    isOver = true;
  };
}
