import "server-only";
import { query, type Statement } from "../db";
import { MESSAGE_COLUMNS } from "../rows";
import type { Cursor } from "./cursor";
import { EPOCH_NOW } from "./epoch";
import { type EventKey, type EventRow, type LoggedEvent, loadEvents, toLoggedEvent } from "./kinds";

/** The events from a position on, and up to where the log is now known. */
export type LogSlice = { position: number; keys: EventKey[] };

/**
 * How far the log of one history has been read: everything below `end` but what the transactions of `open` will have written,
 * which had not ended then. `position` lies below all of those.
 */
export type LogMark = { epoch: string; position: number; end: number; open: ReadonlySet<number> };

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

const MARK_NOW = `${EPOCH_NOW} AS epoch, ${POSITION_NOW} AS position, ${END_NOW} AS "end",
  ARRAY(SELECT x::text::bigint FROM pg_snapshot_xip(pg_current_snapshot()) x) AS open`;

type MarkRow = { epoch: string | null; position: string; end: string; open: string[] };

/** Events whose bodies come with a look at the log, and events that a look finds at most. */
const LOOK_MAX = 1_000;
const TAIL_MAX = 100_000;

/** Of event `e` the number of the last line of whom it is about, where they have left; null where they take part. */
const goneSeq = (e: string) => `(SELECT f.seq + 1 FROM former_participants f
  WHERE f.conversation_id = ${e}.conversation_id AND f.user_id = ${e}.user_id
    AND NOT EXISTS (SELECT FROM participants q WHERE q.conversation_id = f.conversation_id AND q.user_id = f.user_id))`;

/** What an event `e` says, for which `wanted` holds, by one look into each index whatever the planner thinks of the numbers. */
const body = (wanted: string) => `
  LEFT JOIN LATERAL (
    SELECT c.participants_version, c.kind,
           CASE WHEN e.first AND c.kind = 'direct' THEN ARRAY(SELECT p.user_id FROM participants p WHERE p.conversation_id = c.id) END AS audience,
           CASE WHEN e.type = 'user' THEN ${goneSeq("e")} END AS gone_seq,
           ${MESSAGE_COLUMNS}
    FROM conversations c
    JOIN users u ON u.id = e.user_id
    LEFT JOIN messages m ON m.id = e.message_id
    WHERE ${wanted} AND c.id = e.conversation_id
    LIMIT 1
  ) b ON true`;

const KEY = "xid, id, type, conversation_id, message_id, user_id, seq, data, type = 'message' AND seq = 1 AS first";

/**
 * The new mark in a row of its own, and behind it what is new since the one before, less what is known of it. The parameters
 * stand in sub-selects, so that the planner, which cannot see them, keeps to one plan; the limits make it one that goes by
 * the index, and what is known is hashed.
 */
function look(name: string, limit: number, bodies: boolean): Statement {
  const found = (condition: string) => `(SELECT ${KEY} FROM events WHERE ${condition}
    AND id NOT IN (SELECT unnest((SELECT $4::bigint[]))) ORDER BY xid, id LIMIT ${limit + 1})`;
  return {
    name,
    text: `SELECT s.*, e.xid, e.id, e.type, e.conversation_id AS topic, e.message_id AS subject, e.seq AS event_seq, e.data, e.first ${bodies ? ", b.*" : ""}
           FROM (SELECT ${MARK_NOW}, (SELECT pruned_xid >= (SELECT $1::bigint) FROM epochs) AS pruned) s
           FULL JOIN (
             ${found("xid >= (SELECT $2::bigint)")}
             UNION ALL
             ${found("xid = ANY ((SELECT $3::bigint[])::bigint[]) AND xid < (SELECT $2::bigint)")}
           ) e ON false
           ${bodies ? body("(e.first OR e.conversation_id = ANY ((SELECT $5::uuid[])::uuid[]))") : ""}
           ORDER BY e.id NULLS FIRST`,
  };
}

const LOOK = look("event_look", LOOK_MAX, true);
const TAIL = look("event_tail", TAIL_MAX, false);

/** An event that has come to be seen, and what it says where that was asked for or it is the first of its conversation. */
export type Seen = EventKey & {
  topic: string;
  first: boolean;
  /** Of what may change to which conversations a user listens, the topic being the user: the conversation. */
  mayListenTo: string | null;
  event: LoggedEvent | null;
};

/** What has come to be seen since the log was last read, and how far it is read now. */
export type Tail = { mark: LogMark; seen: Seen[] };

/**
 * All events that have come to be seen since the log was last read, however long a transaction stays open meanwhile. The
 * order is that of ids: within a conversation, the order of its messages. Those of `topics` bring what they say, and those
 * of the ids `known` are left out. Null where the log no longer holds all of them, has gone back in time, is another, or has
 * more than a server should catch up with.
 */
export async function readTail(mark: LogMark, topics: readonly string[] = [], known: readonly number[] = []): Promise<Tail | null> {
  const values = [mark.position, mark.end, [...mark.open], known];
  if (topics.length === 0) return toTail(mark, await query<TailRow>(TAIL, values), TAIL_MAX);
  const rows = await query<TailRow>(LOOK, [...values, topics]);
  return rows.length <= LOOK_MAX + 1 ? toTail(mark, rows, LOOK_MAX) : toTail(mark, await query<TailRow>(TAIL, values), TAIL_MAX);
}

/** Of the mark's row the columns of events are null, and the other way round. */
type TailRow = MarkRow & { pruned: boolean } & EventRow;

function toTail(before: LogMark, [state, ...found]: TailRow[], max: number): Tail | null {
  const mark = toMark(state);
  if (!mark || !follows(mark, before) || state?.pruned || found.length > max) return null;
  return { mark, seen: found.map(toSeen) };
}

function toSeen(row: EventRow): Seen {
  const { type, topic, first, subject } = row;
  const mayListenTo = type === "place" && row.event_seq === null ? subject : null;
  // What is not asked for comes without a version; of a user's own topic a row tells all that the log does.
  return { id: Number(row.id), xid: Number(row.xid), topic, first, mayListenTo, event: toLoggedEvent(row) };
}

const MARK: Statement = { name: "event_mark", text: `SELECT ${MARK_NOW}` };

/** Where the log stands now, for whoever reads on from here. Null where the database has got another history. */
export async function readMark(): Promise<LogMark | null> {
  const [row] = await query<MarkRow>(MARK, []);
  return toMark(row);
}

/** Whether the log has gone on from one mark to the other, as it does unless it was set back or is another. */
export function follows(mark: LogMark, before: LogMark): boolean {
  return mark.epoch === before.epoch && mark.position >= before.position && mark.end >= before.end;
}

function toMark(row: MarkRow | undefined): LogMark | null {
  if (row?.epoch == null) return null;
  return { epoch: row.epoch, position: Number(row.position), end: Number(row.end), open: new Set(row.open.map(Number)) };
}

const POSITION: Statement = { name: "event_position", text: `SELECT ${EPOCH_NOW} AS epoch, ${POSITION_NOW} AS position` };

/** Where the log stands now, for a cursor. Null where the database has got another history. */
export async function readPosition(): Promise<{ epoch: string; position: number } | null> {
  const [row] = await query<Pick<MarkRow, "epoch" | "position">>(POSITION, []);
  return row?.epoch == null ? null : { epoch: row.epoch, position: Number(row.position) };
}

/**
 * Whether event `e` is for who has place `p`: neither a message that was said before they may see any, nor the name of
 * somebody who had gone by then.
 */
const since = (e: string) => `CASE ${e}.type WHEN 'message' THEN ${e}.seq > p.from_seq
  WHEN 'user' THEN coalesce(${goneSeq(e)} > p.from_seq, true) ELSE true END`;

// One look into the index for each conversation of the reader, and one for what is theirs alone, and an end once too much is
// found: what others have written since then costs nothing, and what is sorted is bounded.
const MISSED: Statement = {
  name: "event_missed",
  text: `WITH now AS MATERIALIZED (
           SELECT ${EPOCH_NOW} AS epoch, ${POSITION_NOW} AS position, ${POSITION_NOW} < $2 AS future, (SELECT pruned_xid >= $2 FROM epochs) AS pruned
         )
         SELECT now.epoch, now.position, now.future OR now.pruned OR missed.count > $3 AS lost,
                CASE WHEN missed.count <= $3 THEN missed.xids END AS xids, CASE WHEN missed.count <= $3 THEN missed.ids END AS ids
         FROM now CROSS JOIN LATERAL (
           SELECT count(*) AS count, array_agg(e.xid ORDER BY e.id) AS xids, array_agg(e.id ORDER BY e.id) AS ids
           FROM (
             SELECT found.xid, found.id
             FROM participants p CROSS JOIN LATERAL (
               SELECT xid, id FROM events
               WHERE conversation_id = p.conversation_id AND xid >= $2 AND ${since("events")} LIMIT $3 + 1
             ) found
             WHERE p.user_id = $1 AND NOT now.future AND NOT now.pruned
             UNION ALL (
               SELECT xid, id FROM events
               WHERE conversation_id = $1 AND xid >= $2 AND NOT now.future AND NOT now.pruned LIMIT $3 + 1
             )
             LIMIT $3 + 1
           ) e
         ) missed`,
};

type MissedRow = { epoch: string | null; position: string; lost: boolean; xids: string[] | null; ids: string[] | null };

/**
 * The events that a user missed since a cursor. Null where the log cannot tell: the position lies in the future or below what
 * has been taken out, or more than `max` events are due. Throws where the log is another than the cursor's by now.
 */
export async function readMissed(userId: string, { epoch, position }: Omit<Cursor, "eventId">, max: number): Promise<LogSlice | null> {
  const [row] = await query<MissedRow>(MISSED, [userId, position, max]);
  if (row?.epoch !== epoch) throw new Error("the database has another history than the log was read in");
  if (row.lost) return null;
  const xids = row.xids ?? [];
  return { position: Number(row.position), keys: (row.ids ?? []).map((id, i) => ({ id: Number(id), xid: Number(xids[i]) })) };
}

const bodies = (name: string, wanted: string): Statement => ({
  name,
  text: `SELECT e.xid, e.id, e.type, e.conversation_id AS topic, e.message_id AS subject, e.seq AS event_seq, e.data, e.first, b.*
         FROM unnest((SELECT $1::bigint[]), (SELECT $2::bigint[])) AS k (xid, id)
         CROSS JOIN LATERAL (SELECT ${KEY} FROM events WHERE xid = k.xid AND id = k.id LIMIT 1) e
         ${body(wanted)}
         ORDER BY e.id`,
});

const BODIES = bodies("event_bodies", "true");
const BODIES_FOR = bodies(
  "event_bodies_for",
  `EXISTS (SELECT FROM participants p WHERE p.conversation_id = e.conversation_id AND p.user_id = (SELECT $3::uuid)
           AND ${since("e")})`,
);

/**
 * What the named events say now, in the order of ids, less what only the moment of delivery tells. One whose conversation
 * is gone is left out. Null where events have been taken out of the log since they were named, as all that came after
 * `position`.
 */
export async function readEvents(keys: readonly EventKey[], position: number): Promise<LoggedEvent[] | null> {
  return keys.length === 0 ? [] : found(await query<EventRow>(BODIES, columns(keys)), keys, position);
}

/** The same with all of it, less what the user may not know: who is removed while a replay is under way is told no more of it. */
export async function readEventsFor(userId: string, keys: readonly EventKey[], position: number): Promise<LoggedEvent[] | null> {
  if (keys.length === 0) return [];
  const events = await found(await query<EventRow>(BODIES_FOR, [...columns(keys), userId]), keys, position);
  if (!events) return null;
  const versions = events.map(({ version }) => version);
  await loadEvents(events);
  // What was loaded under other participants may be none of the user's business, and is told of once more.
  return events.filter(({ version }, i) => version === versions[i]);
}

const columns = (keys: readonly EventKey[]) => [keys.map((k) => k.xid), keys.map((k) => k.id)];

async function found(rows: EventRow[], keys: readonly EventKey[], position: number): Promise<LoggedEvent[] | null> {
  if (rows.length < keys.length && !(await reachesBackTo(position))) return null;
  return rows.flatMap((row) => toLoggedEvent(row) ?? []);
}

const REACHES: Statement = { name: "event_reach", text: "SELECT pruned_xid < $1 AS reaches FROM epochs" };

/** Whether the log still holds all that came after a position. */
async function reachesBackTo(position: number): Promise<boolean> {
  const [row] = await query<{ reaches: boolean }>(REACHES, [position]);
  return row?.reaches === true;
}
