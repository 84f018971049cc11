import "server-only";
import type { OnlineCount, Participant, ParticipantsQuery } from "@/lib/protocol/groups";
import { may, mayRemove } from "@/lib/protocol/groups";
import { PEOPLE_ADDED_A_DAY_MAX } from "@/lib/protocol/limits";
import type { Role } from "@/lib/protocol/quiet-lines";
import type { User } from "@/lib/protocol/users";
import { admit } from "./admission";
import { query, type Run, type Statement } from "./db";
import { allow, GroupChange, requireRole } from "./group-changes";
import { HttpError } from "./http/errors";
import { isId } from "./ids";
import { revokeInvitesOf } from "./invites";
import { consume, exactLimiter } from "./rate-limits";
import { hub } from "./realtime/hub";
import { toUser, USER_COLUMNS, type UserRow } from "./rows";
import { requireUsers } from "./users-by-name";

type ParticipantRow = UserRow & { role: Role; created_at: Date };

const ORDER = (p: string, u: string) => `coalesce(${p}.role, 'participant'), lower(coalesce(${u}.name, ${u}.username)), ${u}.id`;

// The one before may have gone meanwhile: then their place in the order is that of a participant of their name.
const LIST: Statement = {
  name: "participants",
  text: `SELECT ${USER_COLUMNS}, p.role, p.created_at FROM participants p JOIN users u ON u.id = p.user_id
         WHERE p.conversation_id = $1
           AND u.search_key LIKE ALL (ARRAY(SELECT '%' || word || '%' FROM unnest(string_to_array(search_words($2), ' ')) AS word))
           AND ($3::uuid IS NULL OR (${ORDER("p", "u")})
             > (SELECT ${ORDER("b", "v")} FROM users v LEFT JOIN participants b ON b.user_id = v.id AND b.conversation_id = $1 WHERE v.id = $3))
         ORDER BY ${ORDER("p", "u")} LIMIT $4`,
};

/** Who takes part in a group, owners and administrators first, then by name. Throws 404 where the viewer takes no part. */
export async function listParticipants(viewer: User, id: string, { search, before, limit }: ParticipantsQuery): Promise<Participant[]> {
  await requireRole(viewer.id, id);
  if (before !== undefined && !isId(before)) throw new HttpError("user_not_found");
  return (await query<ParticipantRow>(LIST, [id, search, before ?? null, limit])).map(toParticipant);
}

const SOME: Statement = {
  name: "some_participants",
  text: `SELECT ${USER_COLUMNS}, p.role, p.created_at FROM participants p JOIN users u ON u.id = p.user_id
         WHERE p.conversation_id = $1 AND p.user_id = ANY ($2::uuid[]) ORDER BY ${ORDER("p", "u")}`,
};

/** How many of a group are online, whoever they are; the viewer is, stream or not. Throws 404 where they take no part. */
export async function countOnline(viewer: User, id: string): Promise<OnlineCount> {
  await requireRole(viewer.id, id);
  // A page that has just opened asks before its stream is counted.
  return { online: Math.max(1, await hub().countOnline(id)) };
}

/** Counts people whom somebody adds to groups. Throws 429 where they add too many in a day. */
export async function requirePeopleLeft(caller: User, count: number): Promise<void> {
  if (count > 0) await consume(exactLimiter("people_added", { points: PEOPLE_ADDED_A_DAY_MAX, seconds: 86_400 }), caller.id, count);
}

/** Adds people to a group; those who take part already stay as they are. A username that nobody has is a field error. */
export async function addParticipants(caller: User, id: string, usernames: readonly string[]): Promise<Participant[]> {
  await requireRole(caller.id, id);
  const people = await requireUsers(usernames);
  await requirePeopleLeft(caller, people.length);
  return GroupChange.run(caller, id, async (change) => {
    allow(change, "add", "only_administrators_add");
    const added = await admit(change, people);
    if (added.length > 0) {
      await change.sayOf("added", "added", added);
      await change.tellAll();
    }
    const rows = await change.run<ParticipantRow>(SOME, [id, people.map((one) => one.id)]);
    return rows.map(toParticipant);
  });
}

const SET_ROLE: Statement = {
  name: "set_role",
  text: "UPDATE participants SET role = $3::participant_role, version = version + 1 WHERE conversation_id = $1 AND user_id = $2",
};

const ROLE_NAMES: Record<Role, string> = { owner: "an owner", administrator: "an administrator", participant: "a participant" };

/** Gives a participant another role. For owners; 409 where no owner would be left. */
export async function changeRole(caller: User, id: string, userId: string, role: Role): Promise<Participant> {
  return GroupChange.run(caller, id, async (change) => {
    allow(change, "roles", "only_owners_give_roles");
    const known = await findParticipant(change.run, id, userId);
    if (!known) throw new HttpError("user_not_found");
    if (known.role === role) return known;
    if (known.role === "owner") await requireOtherOwner(change, userId);
    await change.run(SET_ROLE, [id, userId, role]);
    if (!may(role, change.group, "add")) await revokeInvitesOf(change, userId);
    await change.tellPlaces([userId]);
    await change.say("role", `made ${known.user.name ?? known.user.username} ${ROLE_NAMES[role]}.`, {
      users: [known.user],
      count: 1,
      role,
    });
    return { ...known, role };
  });
}

const REMOVE: Statement = {
  name: "remove_participant",
  text: `WITH gone AS (DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2 RETURNING conversation_id, user_id, version)
         INSERT INTO former_participants (conversation_id, user_id, seq, version)
         SELECT c.id, gone.user_id, c.last_seq, gone.version FROM gone JOIN conversations c ON c.id = gone.conversation_id
         ON CONFLICT (conversation_id, user_id) DO UPDATE SET seq = excluded.seq, version = excluded.version`,
};
const END: Statement = { name: "end_group", text: "DELETE FROM conversations WHERE id = $1" };

/**
 * Takes somebody out of a group, or lets the caller leave it: they see and hear nothing of it from the commit on. The last
 * to leave ends it. Throws 409 for the last owner while others are there.
 */
export async function removeParticipant(caller: User, id: string, userId: string): Promise<void> {
  await GroupChange.run(caller, id, async (change) => {
    const known = await findParticipant(change.run, id, userId);
    const leaves = userId === caller.id;
    if (!leaves && change.role === "participant") throw new HttpError("only_administrators_remove");
    if (!known) return;
    if (!leaves && change.role !== null && !mayRemove(change.role, known.role)) throw new HttpError("only_owners_remove_administrators");
    if (change.group.everybody) throw new HttpError("everybody_stays");
    if (change.group.participantCount === 1) {
      await change.tellPlaces([userId]);
      return void (await change.run(END, [id]));
    }
    if (known.role === "owner") await requireOtherOwner(change, userId);
    await change.run(REMOVE, [id, userId]);
    await change.tellPlaces([userId]);
    if (leaves) await change.say("left", "left.");
    else {
      await revokeInvitesOf(change, userId);
      await change.sayOf("removed", "removed", [known.user]);
    }
    await change.tellAll();
  });
}

const OTHER_OWNER: Statement = {
  name: "other_owner",
  text: "SELECT FROM participants WHERE conversation_id = $1 AND user_id <> $2 AND role = 'owner' LIMIT 1",
};

async function requireOtherOwner({ run, id }: GroupChange, userId: string): Promise<void> {
  if ((await run(OTHER_OWNER, [id, userId])).length > 0) return;
  throw new HttpError("last_owner");
}

async function findParticipant(run: Run, id: string, userId: string): Promise<Participant | null> {
  const [row] = isId(userId) ? await run<ParticipantRow>(SOME, [id, [userId]]) : [];
  return row ? toParticipant(row) : null;
}

function toParticipant(row: ParticipantRow): Participant {
  return { user: toUser(row), role: row.role, joinedAt: row.created_at.toISOString() };
}
