import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "@/lib/protocol/messages";
import type { Person } from "./person";

export interface Sent {
  message: Message;
  /** How often it had to be tried. */
  attempts: number;
}

/**
 * Sends as Parley's own client does: with a client id, and again until it is answered. Only what no repetition would
 * mend (a 4xx) rejects.
 * @param url is asked for at every attempt.
 */
export async function sendPersistently(
  url: () => string,
  { token }: Pick<Person, "token">,
  conversationId: string,
  content: string,
): Promise<Sent> {
  const clientId = randomUUID();
  for (let attempts = 1; ; attempts++) {
    const response = await fetch(`${url()}/api/conversations/${conversationId}/messages`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ content, clientId }),
      signal: AbortSignal.timeout(5_000),
    }).catch(() => null);
    if (response?.ok) {
      const message = await response.json().catch(() => null);
      if (message) return { message, attempts };
    } else if (response && response.status < 500) {
      throw new Error(`The message was refused: ${response.status} ${await response.text()}`);
    }
    await sleep(20 + Math.random() * 80);
  }
}
