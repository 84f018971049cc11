import "server-only";
import type { Conversation } from "@/lib/protocol/conversations";
import type { StreamEvent } from "@/lib/protocol/events";
import type { Group } from "@/lib/protocol/groups";
import { viewConversations, viewGroupsAsOf } from "../conversation-views";
import { type MessageRow, toMessage, toUser, type UserRow } from "../rows";

/** Where an event stands, without what it says. */
export type EventKey = { id: number; xid: number };

type Logged<Type extends string, Says> = EventKey & {
  type: Type;
  /** Who hears of it: a conversation's participants, or one user. */
  topic: string;
  /** The version of the topic's participants that were there when it was written or read: who may know of it. 0 of a user's own. */
  version: number;
} & Says;

type Kinds = {
  message: {
    senderId: string;
    seq: number;
    message: MessageRow;
    /** User ids of both, where it is the first of a direct conversation, to which nobody listens yet; else null. */
    audience: string[] | null;
  };
  /** Of a group only a server of the version before tells everybody: here it is a reader's own matter. */
  read: { userId: string; seq: number; placeVersion?: number; inGroup?: boolean };
  /** `goneSeq` is the number of the last line of somebody who has left: who sees nothing up to it has never seen them. */
  user: { user: UserRow; goneSeq: number | null };
  /** Loaded when it is delivered; null where the group is gone. */
  conversation: { group?: Group | null };
  /** The topic is whose place it is. With `seq` they have read, and are in the conversation as before. */
  place: { conversationId: string; seq: number | null; conversation?: Conversation | null };
};

export type EventKind = keyof Kinds;

/** An event as it stands in the log: what happened, and in which topic. */
export type LoggedEvent = { [Kind in EventKind]: Logged<Kind, Kinds[Kind]> }[EventKind];
export type EventOf<Kind extends EventKind> = LoggedEvent & { type: Kind };

/** To whose conversation nobody listens yet. */
export function isFirst(event: LoggedEvent): event is EventOf<"message"> & { audience: string[] } {
  return event.type === "message" && event.audience !== null;
}

/** What the log's statements bring of an event; of a conversation's topic also what the kinds below are made of. */
export type EventRow = {
  xid: string;
  id: string;
  type: string;
  topic: string;
  subject: string | null;
  event_seq: number | null;
  data: { placeVersion?: number } | null;
  first: boolean;
} & ({ participants_version: null } | BodyRow);

type BodyRow = { participants_version: number; kind: "direct" | "group"; audience: string[] | null; gone_seq: number | null } & MessageRow;

type Kind<Name extends EventKind> = {
  /** Null where what it tells of is gone. */
  of(row: EventRow): Kinds[Name] | null;
  /** Fills in what only the moment of delivery tells, of all of them at once. */
  load?(events: EventOf<Name>[]): Promise<void>;
  /** As somebody who may know of it sees it; null where it is nothing to them. */
  toldTo(userId: string, event: EventOf<Name>): StreamEvent | null;
};

const ofBody =
  <Says>(says: (row: BodyRow & EventRow, seq: number) => Says) =>
  (row: EventRow): Says | null =>
    row.participants_version == null ? null : says(row as BodyRow & EventRow, row.event_seq ?? 0);

/** Every kind of event that this version knows. What is to be known of a kind stands here, and in the client's `apply`. */
const KINDS: { [Name in EventKind]: Kind<Name> } = {
  message: {
    of: ofBody((row, seq) => ({ senderId: row.user_id, seq, message: row, audience: row.audience })),
    toldTo: (userId, event) => {
      const message = toMessage(event.message, userId);
      return message.mine ? { type: "sent", message } : { type: "message", message };
    },
  },
  read: {
    of: ofBody((row, seq) => ({
      userId: row.user_id,
      seq,
      placeVersion: row.data?.placeVersion ?? 0,
      inGroup: row.kind === "group",
    })),
    toldTo: (userId, { topic: conversationId, userId: readerId, seq, placeVersion = 0, inGroup }) => {
      if (userId === readerId) return { type: "read", conversationId, userId, seq, placeVersion };
      return inGroup ? null : { type: "read", conversationId, userId: readerId, seq };
    },
  },
  user: {
    of: ofBody((row) => ({ user: row, goneSeq: row.gone_seq })),
    toldTo: (_, event) => ({ type: "user", user: toUser(event.user) }),
  },
  conversation: {
    of: ofBody(() => ({})),
    load: async (events) => {
      const views = await viewGroupsAsOf(events.map(({ topic }) => topic));
      for (const event of events) {
        const { group = null, version = 0 } = views.get(event.topic) ?? {};
        // Under whom it is so: who was there when it was written may have gone since.
        Object.assign(event, { group, version: Math.max(event.version, version) });
      }
    },
    toldTo: (_, { group }) => (group ? { type: "conversation", group } : null),
  },
  place: {
    of: (row) => (row.subject === null ? null : { conversationId: row.subject, seq: row.event_seq }),
    load: async (events) => {
      const asked = events.map(({ topic, conversationId }) => ({ userId: topic, conversationId }));
      const views = await viewConversations(asked);
      for (const [i, event] of events.entries()) event.conversation = views[i] ?? null;
    },
    toldTo: (userId, { topic, conversationId, conversation = null }) =>
      userId === topic ? { type: "place", conversationId, conversation } : null,
  },
};

/** Null for what is gone, and for a kind that only a newer server knows. */
export function toLoggedEvent(row: EventRow): LoggedEvent | null {
  if (!Object.hasOwn(KINDS, row.type)) return null;
  const type = row.type as EventKind;
  const says = KINDS[type].of(row);
  if (!says) return null;
  return {
    id: Number(row.id),
    xid: Number(row.xid),
    type,
    topic: row.topic,
    version: row.participants_version ?? 0,
    ...says,
  } as LoggedEvent;
}

/** Fills in what of these events only the moment of delivery tells. */
export async function loadEvents(events: readonly LoggedEvent[]): Promise<void> {
  const ofKind = <Name extends EventKind>(name: Name) => events.filter((event): event is EventOf<Name> => event.type === name);
  const load = async <Name extends EventKind>(name: Name) => {
    const due = KINDS[name].load ? ofKind(name) : [];
    if (due.length > 0) await KINDS[name].load?.(due);
  };
  await Promise.all((Object.keys(KINDS) as EventKind[]).map(load));
}

/** An event as somebody who may know of it sees it; null where it is nothing to them. */
export function eventFor<Name extends EventKind>(userId: string, event: EventOf<Name>): StreamEvent | null {
  return (KINDS[event.type as Name] as Kind<Name>).toldTo(userId, event);
}
