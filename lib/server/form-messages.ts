import "server-only";
import { createHash } from "node:crypto";
import type { MessageForm } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";
import { sendMessage } from "./messages";

/**
 * Sends what a form holds. The same form with the same text again, by a reload or a second press, is one message. With
 * another text it is another message: somebody who goes back to a page finds it with the id that it had.
 */
export async function sendFormMessage(sender: User, conversationId: string, { content, clientId }: MessageForm): Promise<void> {
  const { message, created } = await sendMessage(sender, conversationId, { content, clientId });
  if (created || message.content === content) return;
  await sendMessage(sender, conversationId, { content, clientId: idOf(`${clientId} ${content}`) });
}

/** A UUID (RFC 9562, version 8) of a text. */
function idOf(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
