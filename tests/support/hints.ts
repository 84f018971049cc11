import type { Hints } from "@/lib/server/realtime/hints";

const nothing = () => {};

/** A server that does nothing about what the others say, and to which nobody listens. */
export const deaf: ConstructorParameters<typeof Hints>[0] = {
  onEvent: nothing,
  onEvents: nothing,
  onSessions: nothing,
  onPresence: nothing,
  onCount: nothing,
  onOpen: nothing,
  onMet: nothing,
  onDoubt: nothing,
  onGone: nothing,
  isListening: () => false,
};
