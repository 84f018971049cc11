import "server-only";
import type { AnswerCode } from "@/lib/protocol/errors/codes";
import { type Group, may } from "@/lib/protocol/groups";
import { QUIET_LINE_NAMES_MAX, QUIET_LINE_USERS_MAX } from "@/lib/protocol/limits";
import type { QuietLine, QuietLineKind, Role } from "@/lib/protocol/quiet-lines";
import type { User } from "@/lib/protocol/users";
import { viewGroups } from "./conversation-views";
import { query, type Run, type Statement, transaction } from "./db";
import { HttpError } from "./http/errors";
import { isId, newId } from "./ids";
import { inTurn } from "./in-turn";
import { append } from "./realtime/append";
import { hub } from "./realtime/hub";

const PLACE: Statement = {
  name: "group_place",
  text: `SELECT p.role, g.access FROM groups g LEFT JOIN participants p ON p.conversation_id = g.conversation_id AND p.user_id = $2
         WHERE g.conversation_id = $1`,
};

type PlaceRow = { role: Role | null; access: Group["access"] };

/** Somebody's role in a group. Throws 404 where they take no part. */
export async function requireRole(userId: string, groupId: string): Promise<Role> {
  const { role } = await requireSeen(userId, groupId);
  if (role === null) throw new HttpError("group_not_found");
  return role;
}

/** The same of a group that is open, in which the role is null. */
export async function requireSeen(userId: string, groupId: string): Promise<{ role: Role | null }> {
  const [row] = isId(groupId) ? await query<PlaceRow>(PLACE, [groupId, userId]) : [];
  if (!row || (row.role === null && row.access === "private")) throw new HttpError("group_not_found");
  return { role: row.role };
}

// Others' rows are read by a statement of their own: this one sees them as they were before it had waited.
const LOCK: Statement = { name: "lock_conversation", text: "SELECT FROM conversations WHERE id = $1 FOR NO KEY UPDATE" };

const SAY: Statement = {
  name: "say_quietly",
  text: `WITH numbered AS (
           UPDATE conversations SET last_seq = last_seq + 1 WHERE id = $1
           RETURNING id AS conversation_id, last_seq AS seq, greatest(clock_timestamp(), last_message_at) AS now
         ), before AS (
           SELECT seq, number, said_seq FROM quiet_lines WHERE conversation_id = $1 ORDER BY seq DESC LIMIT 1
         ), said AS (
           INSERT INTO messages (id, conversation_id, seq, sender_id, content, notice, created_at)
           SELECT $2, n.conversation_id, n.seq, $3, $4, $5::jsonb, n.now FROM numbered n
         ), quiet AS (
           INSERT INTO quiet_lines (conversation_id, seq, number, said_seq)
           SELECT n.conversation_id, n.seq, coalesce(b.number, 0) + 1, CASE WHEN b.seq = n.seq - 1 THEN b.said_seq ELSE n.seq - 1 END
           FROM numbered n LEFT JOIN before b ON true
         )
         ${append("message", "numbered", { topic: "conversation_id", subject: "$2::uuid", actor: "$3::uuid", seq: "seq" })}`,
};

const TELL_PLACES: Statement = {
  name: "tell_places",
  text: append("place", "unnest($3::uuid[]) AS u (id)", { topic: "u.id", subject: "$1::uuid", actor: "$2::uuid" }),
};

const TELL_ALL: Statement = {
  name: "tell_group",
  text: append("conversation", "(SELECT) AS once", { topic: "$1::uuid", actor: "$2::uuid" }),
};

/**
 * A group that is being changed: its conversation is locked, before any of its participants, until all that the change
 * writes is committed. So is what it says and tells.
 */
export class GroupChange {
  private readonly told = new Set<string>();

  private constructor(
    readonly run: Run,
    readonly caller: User,
    readonly id: string,
    /** The caller's; null where they take no part. */
    readonly role: Role | null,
    readonly group: Group,
  ) {}

  /**
   * Runs a change of a group by somebody who takes part in it. Throws 404 for others, before they wait with those who talk
   * in it, but for an `outsider`, whom the task lets in: of any group, or of those that are open.
   */
  static async run<T>(
    caller: User,
    id: string,
    task: (change: GroupChange) => Promise<T>,
    { outsider }: { outsider?: "open" | "any" } = {},
  ): Promise<T> {
    if (!outsider) await requireRole(caller.id, id);
    if (outsider === "open") await requireSeen(caller.id, id);
    const { result, told } = await inTurn(id, () =>
      transaction((run) => GroupChange.within(run, caller, id, task, outsider !== undefined)),
    );
    publishTold(told);
    return result;
  }

  /** The same in a transaction that has begun. Whoever commits it tells the hub which topics were told. */
  static async within<T>(run: Run, caller: User, id: string, task: (change: GroupChange) => Promise<T>, outsider = false) {
    await run(LOCK, [id]);
    const [place] = await run<PlaceRow>(PLACE, [id, caller.id]);
    const group = (await viewGroups([id], run)).get(id);
    if (!group || !place || (place.role === null && !outsider)) throw new HttpError("group_not_found");
    const change = new GroupChange(run, caller, id, place.role, group);
    return { result: await task(change), told: [...change.told] };
  }

  /** Writes a quiet line in the caller's name. Its sentence begins with their name. */
  async say(kind: QuietLineKind, sentence: string, line: Omit<QuietLine, "kind"> = {}): Promise<void> {
    const notice: QuietLine = { kind, ...line };
    await this.run(SAY, [this.id, newId(), this.caller.id, `${nameOf(this.caller)} ${sentence}`, JSON.stringify(notice)]);
    this.told.add(this.id);
  }

  /** The same about people: one line, however many they are. */
  sayOf(kind: QuietLineKind, verb: string, people: readonly User[], behind = ""): Promise<void> {
    const users = people.slice(0, QUIET_LINE_USERS_MAX);
    return this.say(kind, `${verb} ${namesOf(people)}${behind}.`, { users, count: people.length });
  }

  /** What everybody sees of the group has changed. */
  async tellAll(): Promise<void> {
    await this.run(TELL_ALL, [this.id, this.caller.id]);
    this.told.add(this.id);
  }

  /** The places of these people have changed, or are no more. */
  async tellPlaces(userIds: readonly string[]): Promise<void> {
    await this.run(TELL_PLACES, [this.id, this.caller.id, userIds]);
    for (const userId of userIds) this.told.add(userId);
  }
}

type Refusal = Extract<AnswerCode, `only_${string}`>;

/** Throws 403 where the caller's role does not allow something. */
export function allow({ role, group }: Pick<GroupChange, "role" | "group">, action: Parameters<typeof may>[2], refusal: Refusal): void {
  if (!may(role, group, action)) throw new HttpError(refusal);
}

/** Topics that are named to other servers after a change; where there are more they look whatever they listen to. */
const TOPICS_NAMED_MAX = 100;

/** Wakes the streams that carry what a change has told, once it is committed. */
export function publishTold(topics: readonly string[]): void {
  if (topics.length > 0) hub().publishLogged(topics.length > TOPICS_NAMED_MAX ? null : topics);
}

const nameOf = ({ name, username }: User) => name ?? username;

function namesOf(people: readonly User[]): string {
  const names = people.slice(0, QUIET_LINE_NAMES_MAX).map(nameOf);
  const others = people.length - names.length;
  if (others > 0) names.push(others === 1 ? "one other" : `${others} others`);
  const last = names.pop() ?? "";
  return names.length > 0 ? `${names.join(", ")} and ${last}` : last;
}
