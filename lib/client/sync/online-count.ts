import { PRESENCE_SHOWN_MAX } from "@/lib/protocol/limits";
import type { Api } from "../api";
import { ApiError } from "../request";
import type { Store } from "../store/store";

/** Milliseconds after which it is asked for again, which nobody tells of; up to half as many more, so that pages spread out. */
const EVERY_MS = 30_000;

/** Milliseconds in which all that may have changed it shares one request. */
const SOON_MS = 1_000;

/**
 * Asks how many are online in the group on screen, as long as somebody looks: at once when it comes on screen and when the
 * connection is back, and every now and then; in a group whose people are told of each other also soon after somebody has
 * come or gone. In a larger one that would be all the time, and every page that shows it would ask in the same second. A
 * number that does not come is merely not shown.
 */
export function createOnlineCount(options: { store: Store; api: Pick<Api, "onlineCount">; isVisible: () => boolean }) {
  const { store } = options;
  let watched: string | null = null;
  let seen: readonly unknown[] = [];
  let asking = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = Number.POSITIVE_INFINITY;

  function groupOnScreen(): string | null {
    const { openId, conversations, connection } = store.getState();
    if (openId === null || connection.status !== "open") return null;
    return conversations.get(openId)?.group ? openId : null;
  }

  function look(): void {
    const id = groupOnScreen();
    if (id === null && watched === null) return;
    const { online, conversations } = store.getState();
    const before = seen;
    const count = (id && conversations.get(id)?.group?.participantCount) || 0;
    seen = count <= PRESENCE_SHOWN_MAX ? [online, count] : [];
    if (id !== watched) {
      stop();
      watched = id;
      askIn(0);
    } else if (seen.some((part, i) => part !== before[i])) askIn(SOON_MS);
  }

  /** What is due sooner stays so: however often it is asked to be asked for, it is asked for. */
  function askIn(ms: number): void {
    const at = Date.now() + ms;
    if (watched === null || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => void ask(), ms);
  }

  function stop(): void {
    asking.abort();
    clearTimeout(timer);
    dueAt = Number.POSITIVE_INFINITY;
    watched = null;
  }

  async function ask(): Promise<void> {
    dueAt = Number.POSITIVE_INFINITY;
    askIn(EVERY_MS * (1 + Math.random() / 2));
    const id = watched;
    if (id === null || !options.isVisible()) return;
    asking = new AbortController();
    const { signal } = asking;
    try {
      const { online: count } = await options.api.onlineCount(id, signal);
      const known = store.getState().onlineInGroup;
      if (!signal.aborted && (known?.id !== id || known.count !== count)) store.patch({ onlineInGroup: { id, count } });
    } catch (error) {
      if (!signal.aborted && !(error instanceof ApiError)) throw error;
    }
  }

  return {
    /** Returns what ends it. */
    watch(): () => void {
      const unsubscribe = store.subscribe(look);
      look();
      return () => {
        unsubscribe();
        stop();
      };
    },
    /** Somebody looks again. */
    wake(): void {
      askIn(SOON_MS);
    },
  };
}
