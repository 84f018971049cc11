import { PROTOCOL_VERSION, type StreamEvent } from "@/lib/protocol/events";
import type { Connection } from "../store/state";
import type { Unsent } from "../store/unsent";

/** What the stream brought: an event, or only a cursor, and the cursor that a reconnect resumes from; "" where it has none. */
export type Frame = { event: StreamEvent | null; id: string };

/** What tabs of one browser and one person tell one another. */
export type TabMessage =
  | { type: "join"; cursors: readonly string[] }
  | { type: "opened"; opening: string; from: readonly string[]; connection: Connection }
  | { type: "frames"; opening: string; number: number; frames: readonly Frame[] }
  | { type: "connection"; connection: Connection }
  /** Is anybody leading? */
  | { type: "ask" }
  | { type: "here" }
  /** Known without the stream: an answer to a request of the tab that tells. */
  | { type: "event"; event: StreamEvent }
  /** The person has signed out on this device. */
  | { type: "left" }
  | OutboxNews;

/** What tabs tell one another of unsent messages. */
export type OutboxNews = { type: "unsent"; item: Unsent } | { type: "unsent-gone"; item: Unsent };

export type Channel = {
  postMessage(message: TabMessage): void;
  onmessage: ((event: MessageEvent<TabMessage>) => void) | null;
  close(): void;
};

/**
 * The name of the channel and of the lock that a person's tabs share. Tabs of a version that knows other events, or speaks
 * otherwise with its like, have a stream of their own until they are loaded again.
 */
export function tabsOf(userId: string): string {
  return `parley tabs ${PROTOCOL_VERSION} ${userId}`;
}
