import type { Message } from "@/lib/protocol/messages";
import type { Draft } from "./draft";
import type { HeldMessage } from "./state";
import { learnUser, meetUser } from "./users";

/** A message of an answer. */
export function learnMessage(draft: Draft, message: Message): HeldMessage {
  learnUser(draft, message.sender);
  return message;
}

/** A message of the stream. */
export function meetMessage(draft: Draft, message: Message): HeldMessage {
  meetUser(draft, message.sender);
  return message;
}

/** Whether the first is what became of the second, which is the same message. */
export function isNewer(message: HeldMessage, known: HeldMessage): boolean {
  return versionOf(message) > versionOf(known);
}

/** The newer of what is known of a message and what is told of it. */
export function newest(message: HeldMessage, known: HeldMessage | undefined): HeldMessage {
  return known && !isNewer(message, known) ? known : message;
}

function versionOf({ version = 1 }: HeldMessage): number {
  return version;
}
