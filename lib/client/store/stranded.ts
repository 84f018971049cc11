import type { MessengerState } from "./state";

/** Something that its author has written and that was not sent: a message, or with null as its id the draft. */
export type Words = { clientId: string | null; text: string };

/** What somebody has written in a conversation that they are not in any more. `name` is what it was called, where that is known. */
export type Stranded = { conversationId: string; name: string | null; words: readonly Words[] };

type Written = Pick<MessengerState, "outbox" | "drafts">;

/** What is not sent of a conversation. */
export function wordsIn({ outbox, drafts }: Written, id: string): Words[] {
  const words: Words[] = (outbox[id] ?? []).map(({ clientId, content }) => ({ clientId, text: content }));
  const draft = drafts[id] ?? "";
  return draft.trim() === "" ? words : [...words, { clientId: null, text: draft }];
}

/** Ids of conversations that hold what does not go by itself: what was refused, or a draft. */
export function idsOfUnsent({ outbox, drafts }: Written): string[] {
  const ids = new Set([...Object.keys(outbox), ...Object.keys(drafts)]);
  return [...ids].filter((id) => drafts[id]?.trim() || outbox[id]?.some(({ state }) => state === "failed"));
}

export function strandedIn(state: Written & Pick<MessengerState, "gone">): Stranded[] {
  return Object.entries(state.gone)
    .map(([conversationId, name]) => ({ conversationId, name, words: wordsIn(state, conversationId) }))
    .filter(({ words }) => words.length > 0);
}
