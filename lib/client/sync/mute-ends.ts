import type { Store } from "../store/store";

/** Milliseconds that a timer counts at most. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Lets a conversation that was muted for a time be heard of again when that is over. Returns what ends it. */
export function watchMuteEnds(store: Store): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let seen: unknown = null;

  function plan(): void {
    const { conversations } = store.getState();
    if (conversations === seen) return;
    seen = conversations;
    clearTimeout(timer);
    const ends: number[] = [];
    for (const id of conversations.ids()) {
      const muted = conversations.get(id)?.muted ?? "no";
      if (muted !== "no" && muted !== "always") ends.push(Date.parse(muted));
    }
    if (ends.length > 0) timer = setTimeout(end, Math.min(TIMER_MAX_MS, Math.max(0, Math.min(...ends) - Date.now())));
  }

  function end(): void {
    store.change((draft) => {
      for (const id of draft.state.conversations.ids()) {
        const held = draft.state.conversations.get(id);
        if (held && Date.parse(held.muted) <= Date.now()) draft.setConversation({ ...held, muted: "no" });
      }
    });
    seen = null;
    plan();
  }

  const unsubscribe = store.subscribe(plan);
  plan();
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}
