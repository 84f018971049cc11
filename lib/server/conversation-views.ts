import "server-only";
import type { Conversation, Notify } from "@/lib/protocol/conversations";
import type { Group, Who } from "@/lib/protocol/groups";
import type { Role } from "@/lib/protocol/quiet-lines";
import { query, type Run, type Statement } from "./db";
import { avatarURL, MESSAGE_COLUMNS, type MessageRow, toMessage } from "./rows";

/** How a conversation and a group look to somebody: of what the list, a page, and an event about either are made. */

/** Columns of a group under the alias `g`. */
export const GROUP_COLUMNS = `g.name AS group_name, g.description, g.avatar_id AS group_avatar_id, g.access, g.history, g.who_adds, g.who_writes,
  g.who_pins, g.who_changes, g.everybody, g.participant_count, g.version AS group_version`;

export type GroupRow = {
  id: string;
  group_name: string;
  description: string;
  group_avatar_id: string | null;
  access: Group["access"];
  history: Group["history"];
  who_adds: Who;
  who_writes: Who;
  who_pins: Who;
  who_changes: Who;
  everybody: boolean;
  participant_count: number;
  group_version: number;
};

type ConversationRow = MessageRow & {
  id: string;
  group_row: Omit<GroupRow, "id"> | null;
  kind: "direct" | "group";
  viewer_id: string;
  last_seq: number;
  read_seq: number;
  from_seq: number;
  unread_count: number;
  /** When it was listed, where that is not when its last message was sent: the driver takes long to read a time. */
  listed_otherwise: Date | null;
  role: Role;
  muted_until: Date | number | null;
  notify: Notify;
  pinned: number | null;
  archived: boolean;
  place_version: number;
  other_id: string | null;
  other_username: string;
  other_name: string | null;
  other_avatar_id: string | null;
  other_read_seq: number | null;
};

/** The number of the last message of conversation `c` that is no quiet line; 0 where there is none. Only groups have quiet lines. */
export const SAID_SEQ = `CASE WHEN c.kind = 'direct' THEN c.last_seq ELSE coalesce(
  (SELECT q.said_seq FROM quiet_lines q WHERE q.conversation_id = c.id AND q.seq = c.last_seq), c.last_seq) END`;

/** By what a list is ordered, latest first: the last message of `c`, or later the joining of `p`. */
export const LISTED_AT = "greatest(c.last_message_at, p.joined_at)";

/** Whether place `p` in conversation `c` is archived: since then nothing was said, or it is muted. */
export const ARCHIVED = `(p.archived_seq IS NOT NULL AND (coalesce(p.muted_until > now(), false) OR ${SAID_SEQ} <= p.archived_seq))`;

/** What place `p` shows in the list of its owner: there is something to see in it, and it is not archived, or is. */
export const LISTED = `c.last_seq > p.from_seq AND NOT ${ARCHIVED}`;
export const LISTED_IN_ARCHIVE = `c.last_seq > p.from_seq AND ${ARCHIVED}`;

/** The same where something in it is unread. */
export const LISTED_UNREAD = `${LISTED} AND ${SAID_SEQ} > greatest(p.read_seq, p.from_seq)`;

/** How many quiet lines conversation `c` has up to a message. */
const quietUpTo = (seq: string) =>
  `coalesce((SELECT q.number FROM quiet_lines q WHERE q.conversation_id = c.id AND q.seq <= ${seq} ORDER BY q.seq DESC LIMIT 1), 0)`;

/**
 * A statement for some of the conversations that people have a place `p` in. They are chosen first, so that the rest is
 * looked up for a page of them and not for all. What a group is comes as one column, since most conversations are none and
 * each column of each row costs the driver. The other of a direct conversation has a limit, without which the planner
 * looks for one in groups too, among all who are there, before it asks what is direct.
 * @param chosen conditions of participants `p` and conversations `c`, and what may stand behind them
 * @param asked more to choose from, joined by `p`
 */
export function selectConversations(name: string, chosen: string, asked = ""): Statement {
  return {
    name,
    text: `SELECT c.id, c.kind, c.last_seq, nullif(c.listed_at, m.created_at) AS listed_otherwise, c.archived, c.viewer_id, c.read_seq, c.from_seq, c.role, c.muted_until,
                  c.notify, c.pinned, c.place_version, ${MESSAGE_COLUMNS},
                  CASE WHEN c.kind = 'group' THEN (
                    SELECT to_json(g) FROM (SELECT ${GROUP_COLUMNS} FROM groups g WHERE g.conversation_id = c.id) g
                  ) END AS group_row,
                  CASE WHEN c.last_seq <= c.seen_seq THEN 0
                       WHEN c.kind = 'direct' THEN c.last_seq - c.seen_seq
                       ELSE c.last_seq - c.seen_seq - ${quietUpTo("c.last_seq")} + ${quietUpTo("c.seen_seq")} END AS unread_count,
                  o.user_id AS other_id, o.username AS other_username, o.name AS other_name,
                  o.avatar_id AS other_avatar_id, o.read_seq AS other_read_seq
           FROM (
             SELECT c.id, c.kind, c.last_seq, ${SAID_SEQ} AS said_seq, ${LISTED_AT} AS listed_at, ${ARCHIVED} AS archived,
                    p.user_id AS viewer_id, p.read_seq, p.from_seq, greatest(p.read_seq, p.from_seq) AS seen_seq, p.role, p.muted_until,
                    p.notify, p.pinned, p.version AS place_version
             FROM participants p JOIN conversations c ON c.id = p.conversation_id ${asked}
             WHERE ${chosen}
           ) c
           LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq > c.from_seq
             AND m.seq = CASE WHEN c.said_seq > c.from_seq THEN c.said_seq ELSE c.last_seq END
           LEFT JOIN users u ON u.id = m.sender_id
           LEFT JOIN LATERAL (
             SELECT q.user_id, greatest(q.read_seq, q.told_seq) AS read_seq, v.username, v.name, v.avatar_id
             FROM participants q JOIN users v ON v.id = q.user_id
             WHERE c.kind = 'direct' AND q.conversation_id = c.id AND q.user_id <> c.viewer_id
             LIMIT 1
           ) o ON true
           ORDER BY c.listed_at DESC, c.id DESC`,
  };
}

/** Runs such a statement. */
export async function listViews(statement: Statement, values: readonly unknown[]): Promise<Conversation[]> {
  return (await query<ConversationRow>(statement, values)).map(toConversation);
}

const OF_PAIRS = selectConversations(
  "conversations_of_pairs",
  "true",
  `JOIN unnest((SELECT $1::uuid[]), (SELECT $2::uuid[])) AS a (user_id, conversation_id)
     ON a.user_id = p.user_id AND a.conversation_id = p.conversation_id`,
);

/** Each conversation as a user sees it, in the order asked; null where they have no place in it. */
export async function viewConversations(asked: readonly { userId: string; conversationId: string }[]): Promise<(Conversation | null)[]> {
  const distinct = [...new Map(asked.map((one) => [keyOf(one), one])).values()];
  const rows = await query<ConversationRow>(OF_PAIRS, [distinct.map((one) => one.userId), distinct.map((one) => one.conversationId)]);
  const found = new Map(rows.map((row) => [keyOf({ userId: row.viewer_id, conversationId: row.id }), toConversation(row)]));
  return asked.map((one) => found.get(keyOf(one)) ?? null);
}

const keyOf = ({ userId, conversationId }: { userId: string; conversationId: string }) => `${userId} ${conversationId}`;

const GROUPS: Statement = {
  name: "groups",
  text: `SELECT g.conversation_id AS id, ${GROUP_COLUMNS}, c.participants_version FROM unnest((SELECT $1::uuid[])) AS a (id)
         JOIN groups g ON g.conversation_id = a.id JOIN conversations c ON c.id = a.id`,
};

/** Groups by their ids; one that is gone is left out. For callers that have looked up who may see them. */
export async function viewGroups(ids: readonly string[], run: Run = query): Promise<Map<string, Group>> {
  return new Map([...(await viewGroupsAsOf(ids, run))].map(([id, { group }]) => [id, group]));
}

/** The same, each with the version of its participants under which it looks so. */
export async function viewGroupsAsOf(ids: readonly string[], run: Run = query): Promise<Map<string, { group: Group; version: number }>> {
  const rows = await run<GroupRow & { participants_version: number }>(GROUPS, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, { group: toGroup(row), version: row.participants_version }]));
}

export function toGroup(row: GroupRow): Group {
  return {
    id: row.id,
    name: row.group_name,
    description: row.description,
    avatarURL: avatarURL(row.group_avatar_id),
    access: row.access,
    history: row.history,
    permissions: { add: row.who_adds, write: row.who_writes, pin: row.who_pins, change: row.who_changes },
    participantCount: row.participant_count,
    everybody: row.everybody,
    version: row.group_version,
  };
}

function toConversation(row: ConversationRow): Conversation {
  const group = row.group_row && toGroup({ id: row.id, ...row.group_row });
  return {
    id: row.id,
    kind: row.kind,
    otherParticipant:
      row.other_id === null
        ? null
        : { id: row.other_id, username: row.other_username, name: row.other_name, avatarURL: avatarURL(row.other_avatar_id) },
    lastMessage: row.message_id === null ? null : toMessage(row, row.viewer_id),
    hasUnreadMessages: row.unread_count > 0,
    unreadCount: row.unread_count,
    readSeq: row.read_seq,
    otherReadSeq: row.other_read_seq,
    group,
    role: group && row.role,
    lastSeq: row.last_seq,
    fromSeq: row.from_seq,
    listedAt: (row.listed_otherwise ?? row.created_at)?.toISOString() ?? null,
    muted: mutedOf(row.muted_until),
    notify: row.notify,
    pinned: row.pinned,
    archived: row.archived,
    placeVersion: row.place_version,
  };
}

/** The driver gives the time that never comes as a number. */
function mutedOf(until: Date | number | null): string {
  if (until === null) return "no";
  if (typeof until === "number") return "always";
  return until.getTime() > Date.now() ? until.toISOString() : "no";
}
