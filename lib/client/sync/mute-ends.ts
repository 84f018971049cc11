import type { Store } from "../store/store";

/** Milliseconds in which all changes share one look at the conversations, of which there may be thousands. */
const LOOK_AFTER_MS = 1_000;

/** Milliseconds that a timer counts at most. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Lets a conversation that was muted for a time be heard of again when that is over. Returns what ends it. */
export function watchMuteEnds(store: Store): () => void {
  let looking: ReturnType<typeof setTimeout> | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let seen: unknown = null;

  function lookSoon(): void {
    if (store.getState().conversations !== seen) looking ??= setTimeout(look, LOOK_AFTER_MS);
  }

  /** Waits for the next one that ends. */
  function look(): void {
    looking = undefined;
    const { conversations } = store.getState();
    seen = conversations;
    clearTimeout(waiting);
    const ends: number[] = [];
    for (const id of conversations.ids()) {
      const muted = conversations.get(id)?.muted ?? "no";
      if (muted !== "no" && muted !== "always") ends.push(Date.parse(muted));
    }
    if (ends.length > 0) waiting = setTimeout(end, Math.min(TIMER_MAX_MS, Math.max(0, Math.min(...ends) - Date.now())));
  }

  function end(): void {
    store.change((draft) => {
      for (const id of draft.state.conversations.ids()) {
        const held = draft.state.conversations.get(id);
        if (held && Date.parse(held.muted) <= Date.now()) draft.setConversation({ ...held, muted: "no" });
      }
    });
    look();
  }

  const unsubscribe = store.subscribe(lookSoon);
  look();
  return () => {
    unsubscribe();
    clearTimeout(looking);
    clearTimeout(waiting);
  };
}
