import "server-only";
import type { StreamEvent } from "@/lib/protocol/events";
import { query, type Statement } from "../db";
import { MESSAGE_COLUMNS, type MessageRow, toMessage, toUser, type UserRow } from "../rows";

/** An event as it stands in the log: what happened, in which conversation, and who may know. */
export type LoggedEvent = {
  id: number;
  xid: number;
  conversationId: string;
  /** User ids of the participants. */
  audience: string[];
} & (
  | { type: "message"; senderId: string; seq: number; message: MessageRow }
  | { type: "read"; userId: string; seq: number }
  | { type: "user"; user: UserRow }
);

/** Where an event stands, without what it says. */
export type EventKey = { id: number; xid: number };

/** The events from a position on, and up to where the log is now known. */
export type LogSlice = { position: number; keys: EventKey[] };

/**
 * How far the log has been read: everything below `end` but what the transactions of `open` will have written, which had
 * not ended then. `position` lies below all of those.
 */
export type LogMark = { position: number; end: number; open: ReadonlySet<number> };

/** Whether what a transaction wrote had been committed when the log was read up to a mark. */
export function isRead({ end, open }: LogMark, xid: number): boolean {
  return xid < end && !open.has(xid);
}

/**
 * One past the last transaction that can be seen in the log. What can be seen is on disk, and with it all ids up to its own
 * are used up; above it ids were taken that left nothing on disk (a hint, a transaction that was rolled back), and those are
 * taken again after a crash of the database.
 */
const END_NOW = "1 + greatest((SELECT max(xid) FROM events), (SELECT pruned_xid FROM epochs))";

/** Where the log stands: everything below it has been committed or never will be, also after a crash. */
const POSITION_NOW = `least(pg_snapshot_xmin(pg_current_snapshot())::text::bigint, ${END_NOW})`;

const MARK_NOW = `${POSITION_NOW} AS position, ${END_NOW} AS "end",
  ARRAY(SELECT x::text::bigint FROM pg_snapshot_xip(pg_current_snapshot()) x) AS open`;

type KeyRow = { position: string; xid: string | null; id: string | null };
type MarkRow = { position: string; end: string; open: string[] };

const TAIL: Statement = {
  name: "event_tail",
  text: `SELECT s.*, e.xid, e.id
         FROM (SELECT ${MARK_NOW}, (SELECT pruned_xid >= $1 FROM epochs) AS pruned) s
         LEFT JOIN LATERAL (
           SELECT xid, id FROM events WHERE xid >= $2
           UNION ALL
           SELECT xid, id FROM events WHERE xid = ANY ($3::bigint[]) AND xid < $2
         ) e ON true
         ORDER BY e.id`,
};

/**
 * All events that have come to be seen since the log was last read, however long a transaction stays open meanwhile. The
 * order is that of ids: within a conversation, the order of its messages. Null where the log no longer holds all of them,
 * or has gone back in time.
 */
export async function readTail({ position, end, open }: LogMark): Promise<{ keys: EventKey[]; mark: LogMark } | null> {
  const rows = await query<KeyRow & MarkRow & { pruned: boolean }>(TAIL, [position, end, [...open]]);
  const mark = toMark(rows[0]);
  const isBack = mark.position < position || mark.end < end;
  return rows[0]?.pruned || isBack ? null : { keys: toKeys(rows), mark };
}

const MARK: Statement = { name: "event_mark", text: `SELECT ${MARK_NOW}` };

/** Where the log stands now, for whoever reads on from here. */
export async function readMark(): Promise<LogMark> {
  const [row] = await query<MarkRow>(MARK, []);
  return toMark(row);
}

function toMark(row: MarkRow | undefined): LogMark {
  return { position: Number(row?.position), end: Number(row?.end), open: new Set(row?.open.map(Number)) };
}

const POSITION: Statement = { name: "event_position", text: `SELECT ${POSITION_NOW} AS position` };

/** Where the log stands now, for a cursor. */
export async function readPosition(): Promise<number> {
  const [row] = await query<{ position: string }>(POSITION, []);
  return Number(row?.position);
}

// One look into the index for each conversation of the reader, and an end once too much is found: what others have written
// since then costs nothing, and what is sorted is bounded.
const MISSED: Statement = {
  name: "event_missed",
  text: `WITH now AS MATERIALIZED (
           SELECT ${POSITION_NOW} AS position, ${POSITION_NOW} < $2 AS future, (SELECT pruned_xid >= $2 FROM epochs) AS pruned
         )
         SELECT now.position, now.future OR now.pruned OR missed.count > $3 AS lost,
                CASE WHEN missed.count <= $3 THEN missed.xids END AS xids, CASE WHEN missed.count <= $3 THEN missed.ids END AS ids
         FROM now CROSS JOIN LATERAL (
           SELECT count(*) AS count, array_agg(e.xid ORDER BY e.id) AS xids, array_agg(e.id ORDER BY e.id) AS ids
           FROM (
             SELECT found.xid, found.id
             FROM participants p CROSS JOIN LATERAL (
               SELECT xid, id FROM events WHERE conversation_id = p.conversation_id AND xid >= $2 LIMIT $3 + 1
             ) found
             WHERE p.user_id = $1 AND NOT now.future AND NOT now.pruned
             LIMIT $3 + 1
           ) e
         ) missed`,
};

type MissedRow = { position: string; lost: boolean; xids: string[] | null; ids: string[] | null };

/**
 * The events that a user missed since a position. Null where the log cannot tell: the position lies in
 * the future or below what has been taken out, or more than `max` events are due.
 */
export async function readMissed(userId: string, position: number, max: number): Promise<LogSlice | null> {
  const [row] = await query<MissedRow>(MISSED, [userId, position, max]);
  if (!row || row.lost) return null;
  const xids = row.xids ?? [];
  return { position: Number(row.position), keys: (row.ids ?? []).map((id, i) => ({ id: Number(id), xid: Number(xids[i]) })) };
}

function toKeys(rows: KeyRow[]): EventKey[] {
  return rows.filter((row) => row.id !== null).map(({ id, xid }) => ({ id: Number(id), xid: Number(xid) }));
}

type EventRow = {
  xid: string;
  id: string;
  type: LoggedEvent["type"];
  event_conversation_id: string;
  event_seq: number | null;
  audience: string[];
} & MessageRow;

const BODIES: Statement = {
  name: "event_bodies",
  text: `SELECT e.xid, e.id, e.type, e.conversation_id AS event_conversation_id, e.seq AS event_seq,
                (SELECT array_agg(p.user_id) FROM participants p WHERE p.conversation_id = e.conversation_id) AS audience,
                ${MESSAGE_COLUMNS}
         FROM unnest($1::bigint[], $2::bigint[]) AS k (xid, id)
         JOIN events e ON e.xid = k.xid AND e.id = k.id
         LEFT JOIN messages m ON m.id = e.message_id
         JOIN users u ON u.id = e.user_id
         ORDER BY e.id`,
};

/**
 * What the named events say now, in the order of ids. One whose conversation is gone is left out. Null where events have
 * been taken out of the log since they were named, as all that came after `position`.
 */
export async function readEvents(keys: readonly EventKey[], position: number): Promise<LoggedEvent[] | null> {
  if (keys.length === 0) return [];
  const rows = await query<EventRow>(BODIES, [keys.map((k) => k.xid), keys.map((k) => k.id)]);
  if (rows.length < keys.length && !(await reachesBackTo(position))) return null;
  return rows.filter((row) => row.audience !== null).map(toLoggedEvent);
}

const REACHES: Statement = { name: "event_reach", text: "SELECT pruned_xid < $1 AS reaches FROM epochs" };

/** Whether the log still holds all that came after a position. */
async function reachesBackTo(position: number): Promise<boolean> {
  const [row] = await query<{ reaches: boolean }>(REACHES, [position]);
  return row?.reaches === true;
}

function toLoggedEvent(row: EventRow): LoggedEvent {
  const key = { id: Number(row.id), xid: Number(row.xid), conversationId: row.event_conversation_id, audience: row.audience };
  const seq = row.event_seq ?? 0;
  if (row.type === "message") return { ...key, type: "message", senderId: row.user_id, seq, message: row };
  if (row.type === "read") return { ...key, type: "read", userId: row.user_id, seq };
  return { ...key, type: "user", user: row };
}

/** An event as one participant sees it. */
export function eventFor(userId: string, event: LoggedEvent): StreamEvent {
  switch (event.type) {
    case "message": {
      const message = toMessage(event.message, userId);
      return message.mine ? { type: "sent", message } : { type: "message", message };
    }
    case "read":
      return { type: "read", conversationId: event.conversationId, userId: event.userId, seq: event.seq };
    case "user":
      return { type: "user", user: toUser(event.user) };
  }
}
