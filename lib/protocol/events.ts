import { z } from "zod";
import { Conversation } from "./conversations";
import { Group } from "./groups";
import { Message } from "./messages";
import { User } from "./users";

/**
 * The version of what streams carry. It grows with each kind of event, and each change of one, that a client of the version
 * before would have to know. Cursors belong to one version: whoever comes from a server of another one, which has passed
 * over what it does not know, loads afresh. So do a browser's tabs, which share a stream only with tabs of their own version.
 */
export const PROTOCOL_VERSION = 4;

/**
 * What a stream carries. A durable event has an SSE `id:`, the cursor that a reconnect resumes from. It says nothing to
 * a client, and an event that a replay repeats comes with another one: what is dropped as known is told by what an event
 * says. An event without `id:` is of the moment and is never replayed.
 */
export const StreamEvent = z.discriminatedUnion("type", [
  /** A message that somebody else sent: the unnamed event of the contract. */
  z.object({ type: z.literal("message"), message: Message }),
  /** The caller's own message, for their other tabs and devices. */
  z.object({ type: z.literal("sent"), message: Message }),
  /** A participant has read up to `seq`. Of the caller's own reads, what their place was by then: later ones go before it. */
  z.object({
    type: z.literal("read"),
    conversationId: z.string(),
    userId: z.string(),
    seq: z.number(),
    placeVersion: z.number().optional(),
  }),
  /** A user one shares a conversation with has another name or avatar. */
  z.object({ type: z.literal("user"), user: User }),
  /** What everybody in a group sees of it has changed. */
  z.object({ type: z.literal("conversation"), group: Group }),
  /**
   * The caller's own place in a conversation has changed, by whomever: as it is now, and null where they have none any
   * more.
   */
  z.object({ type: z.literal("place"), conversationId: z.string(), conversation: Conversation.nullable() }),
  /**
   * Who of those one shares a conversation with has come or gone. `complete` lists all who are online: the
   * first of a stream, which replaces what was known.
   */
  z.object({
    type: z.literal("presence"),
    online: z.array(z.string()),
    offline: z.array(z.string()),
    complete: z.boolean(),
  }),
  /**
   * What was missed has been replayed, and from here on the stream is live. Its `id:` is where a reconnect resumes, and
   * `protocol` the {@link PROTOCOL_VERSION} of the server.
   */
  z.object({ type: z.literal("ready"), protocol: z.number().optional() }),
  /** The server does not hold what was missed: load afresh. Its `id:` is the new cursor. */
  z.object({ type: z.literal("reset") }),
  /** The session is over; the stream ends and a reconnect would be refused. */
  z.object({ type: z.literal("signed_out") }),
]);
export type StreamEvent = z.infer<typeof StreamEvent>;
export type StreamEventType = StreamEvent["type"];

/** The SSE name of each type; null is the unnamed event, whose data is the bare Message. */
export const EVENT_NAMES = {
  message: null,
  sent: "sent",
  read: "read",
  user: "user",
  conversation: "conversation",
  place: "place",
  presence: "presence",
  ready: "ready",
  reset: "reset",
  signed_out: "signed_out",
} as const satisfies Record<StreamEventType, string | null>;

/** `message` and `sent` carry the bare Message as their data, the rest carry themselves less `type`. */
export function eventData(event: StreamEvent): unknown {
  if (event.type === "message" || event.type === "sent") return event.message;
  const { type: _, ...data } = event;
  return data;
}

/** The way back. Null for a kind that a newer server knows; throws a ZodError for one of ours in another shape. */
export function parseEvent(name: string | undefined, data: unknown): StreamEvent | null {
  const type = name ?? "message";
  if (!Object.hasOwn(EVENT_NAMES, type)) return null;
  return StreamEvent.parse(type === "message" || type === "sent" ? { type, message: data } : { ...(data as object), type });
}

/**
 * SSE name of the heartbeat. An EventSource hides comment lines from its page, which could then not tell a
 * silent stream from a dead one; so the heartbeat is a comment, as the contract has it, and an event too.
 */
export const PING = "ping";

/**
 * SSE name of the milliseconds after which to come back to a server that goes away. It says what the `retry:` beside it
 * says, which an EventSource does not tell its page either.
 */
export const COME_BACK = "retry";
