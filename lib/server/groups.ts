import "server-only";
import type { Conversation } from "@/lib/protocol/conversations";
import type { ChangeGroupInput, Group, GroupsQuery, ListedGroup, MakeGroupInput } from "@/lib/protocol/groups";
import { GROUPS_A_DAY_MAX } from "@/lib/protocol/limits";
import type { User } from "@/lib/protocol/users";
import { isAdministrator } from "./administrators";
import { admit } from "./admission";
import { GROUP_COLUMNS, type GroupRow, toGroup, viewGroups } from "./conversation-views";
import { getConversation } from "./conversations";
import { isUniqueViolation, query, type Statement, transaction } from "./db";
import { allow, GroupChange, publishTold, requireSeen } from "./group-changes";
import { HttpError } from "./http/errors";
import { isId, newId } from "./ids";
import { revokeInvitesOfOthers } from "./invites";
import { requirePeopleLeft } from "./participants";
import { consume, exactLimiter } from "./rate-limits";
import { requireUsers } from "./users-by-name";

const DAY_S = 86_400;

const MADE_BEFORE: Statement = {
  name: "group_made_before",
  text: "SELECT conversation_id AS id FROM groups WHERE creator_id = $1 AND client_id = $2",
};

// The row of the group comes before its participants, whom it counts.
const MAKE: Statement = {
  name: "make_group",
  text: `WITH made AS (INSERT INTO conversations (id, kind, last_message_at) VALUES ($1, 'group', clock_timestamp()))
         INSERT INTO groups (conversation_id, name, description, access, history, creator_id, client_id)
         VALUES ($1, $2, $3, $4::group_access, $5::group_history, $6, $7)`,
};

const OWN: Statement = {
  name: "own_group",
  text: "INSERT INTO participants (conversation_id, user_id, role, joined_at) VALUES ($1, $2, 'owner', clock_timestamp())",
};

/**
 * Makes a group of the caller, who owns it, and others. The same `clientId` again gives the first one with `created: false`.
 * A username that nobody has is a field error.
 */
export async function makeGroup(caller: User, input: MakeGroupInput): Promise<{ conversation: Conversation; created: boolean }> {
  const earlier = await findMade(caller, input.clientId);
  if (earlier) return { conversation: await getConversation(caller, earlier), created: false };
  const people = (await requireUsers(input.usernames)).filter(({ id }) => id !== caller.id);
  await consume(exactLimiter("groups_made", { points: GROUPS_A_DAY_MAX, seconds: DAY_S }), caller.id);
  await requirePeopleLeft(caller, people.length);
  const id = newId();
  try {
    publishTold(await make(caller, id, input, people));
  } catch (error) {
    // The same client id at the same instant: the other has been committed.
    const first = isUniqueViolation(error) ? await findMade(caller, input.clientId) : undefined;
    if (!first) throw error;
    return { conversation: await getConversation(caller, first), created: false };
  }
  return { conversation: await getConversation(caller, id), created: true };
}

async function make(caller: User, id: string, input: MakeGroupInput, people: User[]): Promise<string[]> {
  const { name, description, access, history, clientId } = input;
  const { told } = await transaction(async (run) => {
    await run(MAKE, [id, name, description, access, history, caller.id, clientId ?? null]);
    await run(OWN, [id, caller.id]);
    return GroupChange.within(run, caller, id, async (change) => {
      await change.tellPlaces([caller.id]);
      // Whatever newcomers see, those who are there from the beginning see its beginning.
      await admit(change, people);
      await change.say("created", `made the group “${name}”.`);
    });
  });
  return told;
}

async function findMade(caller: User, clientId: string | undefined): Promise<string | undefined> {
  if (clientId === undefined) return;
  const [row] = await query<{ id: string }>(MADE_BEFORE, [caller.id, clientId]);
  return row?.id;
}

/** A group that the viewer takes part in, or that is open. Throws 404 for any other. */
export async function getGroup(viewer: User, id: string): Promise<Group> {
  await requireSeen(viewer.id, id);
  const group = (await viewGroups([id])).get(id);
  if (!group) throw new HttpError("group_not_found");
  return group;
}

const OPEN_GROUPS: Statement = {
  name: "open_groups",
  text: `SELECT g.conversation_id AS id, ${GROUP_COLUMNS},
                EXISTS (SELECT FROM participants p WHERE p.conversation_id = g.conversation_id AND p.user_id = $1) AS joined
         FROM groups g
         WHERE g.access = 'open'
           AND g.search_key LIKE ALL (ARRAY(SELECT '%' || word || '%' FROM unnest(string_to_array(search_words($2), ' ')) AS word))
           AND ($3::uuid IS NULL OR (lower(g.name), g.conversation_id)
             > (SELECT lower(b.name), b.conversation_id FROM groups b WHERE b.conversation_id = $3 AND b.access = 'open'))
         ORDER BY lower(g.name), g.conversation_id LIMIT $4`,
};

/** The groups that anybody may join, by name, and of each whether the viewer has. `search` finds by parts of words. */
export async function listOpenGroups(viewer: User, { search, before, limit }: GroupsQuery): Promise<ListedGroup[]> {
  if (before !== undefined && !isId(before)) throw new HttpError("group_not_found");
  const rows = await query<GroupRow & { joined: boolean }>(OPEN_GROUPS, [viewer.id, search, before ?? null, limit]);
  return rows.map((row) => ({ ...toGroup(row), joined: row.joined }));
}

const CHANGE: Statement = {
  name: "change_group",
  text: `UPDATE groups SET name = $2, description = $3, access = $4::group_access, history = $5::group_history, who_adds = $6::group_who,
           who_writes = $7::group_who, who_pins = $8::group_who, who_changes = $9::group_who, everybody = $10, version = version + 1
         WHERE conversation_id = $1`,
};

/**
 * Changes what of a group is named; what is so already is done and told no more. Throws 403 for what the caller's role
 * does not allow. What newcomers see changes for those who come from then on.
 */
export async function changeGroup(caller: User, id: string, input: ChangeGroupInput): Promise<Group> {
  const rulesServer = input.everybody && (await isAdministrator(caller.id));
  await GroupChange.run(caller, id, async (change) => {
    const { group } = change;
    const next: Group = {
      ...group,
      ...withoutUndefined(input),
      permissions: { ...group.permissions, ...withoutUndefined(input.permissions ?? {}) },
    };
    const isRenamed = next.name !== group.name;
    const isDescribed = next.description !== group.description;
    const isSet = next.access !== group.access || !sameEntries(next.permissions, group.permissions);
    const isFrom = next.history !== group.history;
    const isForAll = next.everybody && !group.everybody;
    if (!isRenamed && !isDescribed && !isSet && !isFrom && !isForAll) return;
    if (isRenamed || isDescribed) allow(change, "change", "only_administrators_change");
    if (isSet || isForAll) allow(change, "settings", "only_administrators_set");
    if (isFrom) allow(change, "history", "only_owners_set_history");
    if (isForAll && !rulesServer) throw new HttpError("only_server_administrators_add_everybody");
    const { add, write, pin, change: changes } = next.permissions;
    const { name, description, access, history, everybody } = next;
    await change.run(CHANGE, [id, name, description, access, history, add, write, pin, changes, everybody]);
    if (isRenamed) await change.say("renamed", `named the group “${name}”.`, { name });
    if (isDescribed) await change.say("described", description ? "changed the description." : "took the description away.");
    if (isSet || isFrom) await change.say("settings", "changed the settings of the group.");
    if (isForAll) await admitEverybody(change);
    if (add === "administrators" && group.permissions.add !== add) await revokeInvitesOfOthers(change);
    await change.tellAll();
  });
  return getGroup(caller, id);
}

const ADMIT_EVERYBODY: Statement = {
  name: "admit_everybody",
  text: `INSERT INTO participants (conversation_id, user_id, read_seq, from_seq, joined_at, version)
         SELECT c.id, u.id, c.last_seq, CASE g.history WHEN 'all' THEN 0 ELSE c.last_seq END, clock_timestamp(), coalesce(f.version + 1, 0)
         FROM conversations c JOIN groups g ON g.conversation_id = c.id CROSS JOIN users u
         LEFT JOIN former_participants f ON f.conversation_id = c.id AND f.user_id = u.id WHERE c.id = $1
         ON CONFLICT DO NOTHING RETURNING user_id`,
};

/** Waits for accounts that are being made, and lets further ones wait: see the migration that adds it. */
const ALONE: Statement = { name: "everybody_alone", text: "SELECT pg_advisory_xact_lock(hashtext('parley.everybody'))" };

/** All accounts that there are; the database adds those that are made later. */
async function admitEverybody(change: GroupChange): Promise<void> {
  await change.run(ALONE, []);
  const rows = await change.run<{ user_id: string }>(ADMIT_EVERYBODY, [change.id]);
  await change.tellPlaces(rows.map((row) => row.user_id));
  await change.say("settings", "made this a group of everybody on this server.");
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<T>;
}

function sameEntries(one: object, other: object): boolean {
  return Object.entries(one).every(([key, value]) => other[key as keyof typeof other] === value);
}
