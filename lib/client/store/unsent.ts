import type { Reason } from "@/lib/protocol/errors/entry";
import type { Draft } from "./draft";
import type { HeldMessage } from "./state";
import { inWindow } from "./window";

/** An unsent message as it is kept. It belongs to a person, not to a browser. */
export type Unsent = {
  clientId: string;
  userId: string;
  conversationId: string;
  content: string;
  createdAt: string;
  /** Order of writing, across tabs. */
  order: number;
  /** The server's sentence when it refused the message; null while it is to be sent. */
  refused: string | null;
  /** Why it did, where it said so; a version before has kept the sentence alone. */
  why?: Reason | null;
};

/** An unsent message as it is shown. */
export type OutboxItem = {
  clientId: string;
  conversationId: string;
  content: string;
  /** ISO time at which its author pressed Enter. */
  createdAt: string;
  order: number;
  /** `pending` is on its way, `waiting` has no connection or no sign-in, `failed` was refused for `reason`. */
  state: "pending" | "waiting" | "failed";
  /** Why the server has refused a failed one, as a sentence. */
  reason: string | null;
};

/** Drops unsent items that are among these messages: the author's own are recognised by their client id. */
export function settle(draft: Draft, conversationId: string, messages: Iterable<HeldMessage>): void {
  const items = draft.state.outbox[conversationId];
  if (!items?.length) return;
  const sent = new Set(Array.from(messages, (message) => message.clientId));
  const left = items.filter((item) => !sent.has(item.clientId));
  if (left.length < items.length) draft.setOutbox(conversationId, left);
}

/** Shows an unsent message in the place that its order gives it, or, with null, no longer. */
export function showUnsent(
  draft: Draft,
  { clientId, conversationId: id }: Pick<OutboxItem, "clientId" | "conversationId">,
  shown: OutboxItem | null,
): void {
  const held = draft.state.outbox[id] ?? [];
  const others = held.filter((other) => other.clientId !== clientId);
  // One that did go out, while the page ended before it knew.
  const isSent = inWindow(draft.state.transcripts[id]).some((message) => message.clientId === clientId);
  if (!shown || isSent) {
    if (others.length < held.length) draft.setOutbox(id, others);
    return;
  }
  const known = held.find((other) => other.clientId === clientId);
  if (known && known.state === shown.state && known.order === shown.order && known.reason === shown.reason) return;
  draft.setOutbox(
    id,
    [...others, shown].sort((a, b) => a.order - b.order),
  );
}
