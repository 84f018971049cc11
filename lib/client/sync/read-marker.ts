import type { Api } from "../api";
import { ApiError } from "../request";
import { markRead } from "../store/conversations";
import type { Store } from "../store/store";
import { inWindow } from "../store/window";
import { createPause } from "./retry";

/**
 * What was on screen while somebody looked counts as read; what merely scrolled by in a hidden tab does not.
 * The screen shows it at once. The server is told one thing at a time for each conversation, always the
 * newest, and it moves forward only, so a request that is lost or repeated does no harm.
 */
export function createReadMarker(options: { store: Store; api: Pick<Api, "markRead"> }) {
  const { store, api } = options;
  const wanted = new Map<string, { seq: number; messageId: string }>();
  const telling = new Set<string>();
  const pause = createPause();
  /** Greatest `seq` on screen, of the open conversation. */
  let seen: { id: string; seq: number } | null = null;
  /** The conversation that was marked as unread while it was open: what is on screen there does not count. */
  let held: string | null = null;

  function mark(): void {
    const { openId, attentive, conversations, transcripts } = store.getState();
    if (!seen || !attentive || seen.id !== openId || seen.id === held) return;
    const { id, seq } = seen;
    if (seq <= (conversations.get(id)?.readSeq ?? 0)) return;
    const message = inWindow(transcripts[id]).findLast((held) => held.seq <= seq);
    if (!message) return;
    store.change((draft) => markRead(draft, id, message.seq));
    wanted.set(id, { seq: message.seq, messageId: message.id });
    void tell(id);
  }

  async function tell(id: string): Promise<void> {
    if (telling.has(id)) return;
    telling.add(id);
    let failures = 0;
    for (let next = wanted.get(id); next; next = wanted.get(id)) {
      try {
        await api.markRead(id, next.messageId);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) break;
        if (error.transient) {
          await pause.sleep(failures++, error.retryAfter);
          continue;
        }
      }
      if (wanted.get(id) === next) wanted.delete(id);
    }
    telling.delete(id);
  }

  return {
    /** `seq` is the greatest on screen. */
    see(id: string, seq: number): void {
      seen = { id, seq };
      mark();
    },
    /** Nothing of it is read until it is opened anew. */
    hold(id: string): void {
      held = id;
      wanted.delete(id);
    },
    opened(): void {
      held = null;
    },
    /** The tab has become visible and focused, or has ceased to be. */
    setAttentive(attentive: boolean): void {
      if (store.getState().attentive === attentive) return;
      store.patch({ attentive });
      mark();
    },
    /** There is reason to hope for a connection. */
    wake(): void {
      pause.wake();
      for (const id of wanted.keys()) void tell(id);
    },
    /** After a fresh load: what the server has not heard of yet is read all the same. */
    reapply(): void {
      store.change((draft) => {
        for (const [id, { seq }] of wanted) markRead(draft, id, seq);
      });
    },
  };
}
