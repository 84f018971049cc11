import type { Conversation } from "@/lib/protocol/conversations";

/** Whether a conversation makes no sound now. */
export function isMuted({ muted }: Pick<Conversation, "muted">, now = Date.now()): boolean {
  return muted === "always" || Date.parse(muted) > now;
}
