import "server-only";
import { randomBytes } from "node:crypto";
import type { Conversation } from "@/lib/protocol/conversations";
import type { Invite, InvitePreview, MakeInviteInput } from "@/lib/protocol/groups";
import { may } from "@/lib/protocol/groups";
import { INVITES_MAX } from "@/lib/protocol/limits";
import type { User } from "@/lib/protocol/users";
import { joinAs } from "./admission";
import { viewGroups } from "./conversation-views";
import { getConversation } from "./conversations";
import { query, type Run, type Statement } from "./db";
import { allow, GroupChange, requireRole } from "./group-changes";
import { HttpError } from "./http/errors";
import { isId, newId } from "./ids";
import { toUser, USER_COLUMNS, type UserRow } from "./rows";

/** Bytes of a token: nobody guesses one. */
const TOKEN_BYTES = 16;
const TOKEN = /^[\w-]{22}$/;

const COLUMNS = `i.id, i.conversation_id, i.token, i.created_at, i.expires_at, i.uses_max, i.uses, i.revoked_at, ${USER_COLUMNS}`;

type InviteRow = UserRow & {
  id: string;
  conversation_id: string;
  token: string;
  created_at: Date;
  expires_at: Date | null;
  uses_max: number | null;
  uses: number;
  revoked_at: Date | null;
};

/** Whether somebody may still join by invite `i`. */
const IS_GOOD = "i.revoked_at IS NULL AND (i.expires_at IS NULL OR i.expires_at > now()) AND (i.uses_max IS NULL OR i.uses < i.uses_max)";

const LIST: Statement = {
  name: "invites",
  text: `SELECT ${COLUMNS} FROM invites i JOIN users u ON u.id = i.creator_id
         WHERE i.conversation_id = $1 ORDER BY (${IS_GOOD}) DESC, i.created_at DESC, i.id DESC LIMIT ${2 * INVITES_MAX}`,
};

/** The links to a group, those first that are still good. For those who may add people. */
export async function listInvites(caller: User, groupId: string): Promise<Invite[]> {
  const role = await requireRole(caller.id, groupId);
  const group = (await viewGroups([groupId])).get(groupId);
  if (!group) throw new HttpError("group_not_found");
  allow({ role, group }, "add", "only_administrators_add");
  return (await query<InviteRow>(LIST, [groupId])).map(toInvite);
}

const MAKE: Statement = {
  name: "make_invite",
  text: `WITH made AS (
           INSERT INTO invites (id, conversation_id, creator_id, token, expires_at, uses_max, client_id)
           VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5), $6, $7)
           ON CONFLICT (conversation_id, creator_id, client_id) DO NOTHING RETURNING *
         )
         SELECT ${COLUMNS} FROM (
           SELECT * FROM made UNION ALL
           SELECT * FROM invites WHERE conversation_id = $2 AND creator_id = $3 AND client_id = $7
         ) i JOIN users u ON u.id = i.creator_id`,
};

const COUNT_GOOD: Statement = {
  name: "good_invites",
  text: `SELECT count(*)::int AS count FROM invites i WHERE i.conversation_id = $1 AND ${IS_GOOD}
           AND ($3::uuid IS NULL OR (i.creator_id, i.client_id) IS DISTINCT FROM ($2::uuid, $3::uuid))`,
};

/** Makes a link to a group. The same `clientId` again gives the first one. Throws 409 where there are too many that are good. */
export function makeInvite(caller: User, groupId: string, { expiresIn, uses, clientId }: MakeInviteInput): Promise<Invite> {
  return GroupChange.run(caller, groupId, async (change) => {
    allow(change, "add", "only_administrators_add");
    const [good] = await change.run<{ count: number }>(COUNT_GOOD, [groupId, caller.id, clientId ?? null]);
    if ((good?.count ?? 0) >= INVITES_MAX) throw new HttpError("invites_full", { max: INVITES_MAX });
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    const [row] = await change.run<InviteRow>(MAKE, [
      newId(),
      groupId,
      caller.id,
      token,
      expiresIn ?? null,
      uses ?? null,
      clientId ?? null,
    ]);
    return toInvite(row as InviteRow);
  });
}

const FIND: Statement = {
  name: "invite",
  text: `SELECT ${COLUMNS} FROM invites i JOIN users u ON u.id = i.creator_id WHERE i.conversation_id = $1 AND i.id = $2`,
};

const REVOKE: Statement = {
  name: "revoke_invite",
  text: "UPDATE invites SET revoked_at = clock_timestamp() WHERE conversation_id = $1 AND id = $2 AND revoked_at IS NULL",
};

/** Ends a link: one's own, or as an administrator of the group any. Harmless when repeated. */
export async function revokeInvite(caller: User, groupId: string, inviteId: string): Promise<void> {
  await GroupChange.run(caller, groupId, async (change) => {
    const [found] = isId(inviteId) ? await change.run<InviteRow>(FIND, [groupId, inviteId]) : [];
    if (!found) throw new HttpError("invite_not_found");
    if (found.user_id !== caller.id && !may(change.role, change.group, "settings")) throw new HttpError("only_administrators_revoke");
    await change.run(REVOKE, [groupId, inviteId]);
  });
}

const REVOKE_OF: Statement = {
  name: "revoke_invites_of",
  text: "UPDATE invites SET revoked_at = clock_timestamp() WHERE conversation_id = $1 AND creator_id = $2 AND revoked_at IS NULL",
};

/** Ends the links of somebody who is taken out: they know them. */
export async function revokeInvitesOf(change: GroupChange, userId: string): Promise<void> {
  await change.run(REVOKE_OF, [change.id, userId]);
}

const REVOKE_OF_OTHERS: Statement = {
  name: "revoke_invites_of_others",
  text: `UPDATE invites i SET revoked_at = clock_timestamp() WHERE i.conversation_id = $1 AND i.revoked_at IS NULL
           AND NOT EXISTS (SELECT FROM participants p WHERE p.conversation_id = $1 AND p.user_id = i.creator_id AND p.role <> 'participant')`,
};

/** Ends the links of all but administrators, once adding people is left to these. */
export async function revokeInvitesOfOthers(change: GroupChange): Promise<void> {
  await change.run(REVOKE_OF_OTHERS, [change.id]);
}

const BY_TOKEN: Statement = {
  name: "invite_by_token",
  text: `SELECT ${COLUMNS}, ${IS_GOOD} AS good,
                EXISTS (SELECT FROM participants p WHERE p.conversation_id = i.conversation_id AND p.user_id = $2) AS joined
         FROM invites i JOIN users u ON u.id = i.creator_id WHERE i.token = $1`,
};

/**
 * A link, and whether the viewer has joined. Throws 404 for one that is unknown and, to those who have not joined, for one
 * that is revoked, expired or used up: whose own joining has used it up may repeat it.
 */
async function requireInvite(viewer: User | null, token: string, run: Run = query): Promise<InviteRow & { joined: boolean }> {
  const asked = [token, viewer?.id ?? null];
  const [row] = TOKEN.test(token) ? await run<InviteRow & { good: boolean; joined: boolean }>(BY_TOKEN, asked) : [];
  if (!row?.good && !row?.joined) throw new HttpError("invite_not_found");
  return row;
}

/** What a link leads to. @param viewer null where nobody is signed in */
export async function previewInvite(viewer: User | null, token: string): Promise<InvitePreview> {
  const invite = await requireInvite(viewer, token);
  const group = (await viewGroups([invite.conversation_id])).get(invite.conversation_id);
  if (!group) throw new HttpError("invite_not_found");
  const { id, name, description, participantCount } = group;
  const avatarURL = group.avatarURL && `/api/invites/${token}/avatar`;
  // Pictures of people are for those who are signed in.
  const by = viewer ? toUser(invite) : { ...toUser(invite), avatarURL: null };
  return { group: { id, name, description, avatarURL, participantCount }, by, joined: invite.joined };
}

const AVATAR: Statement = { name: "avatar_of_group", text: "SELECT bytes FROM group_avatars WHERE conversation_id = $1" };

/** The picture of the group that a link leads to, as WebP. */
export async function requireInviteAvatar(viewer: User | null, token: string): Promise<Uint8Array> {
  const [row] = await query<{ bytes: Uint8Array }>(AVATAR, [(await requireInvite(viewer, token)).conversation_id]);
  if (!row) throw new HttpError("avatar_not_found");
  return row.bytes;
}

const USE: Statement = { name: "use_invite", text: "UPDATE invites SET uses = uses + 1 WHERE id = $1" };

/** Joins the group that a link leads to. Who takes part already uses nothing up. */
export async function joinByInvite(caller: User, token: string): Promise<Conversation> {
  const { conversation_id: groupId } = await requireInvite(caller, token);
  await GroupChange.run(
    caller,
    groupId,
    async (change) => {
      if (change.role !== null) return;
      // Once more under the lock: another may have used it up, or revoked it.
      const invite = await requireInvite(caller, token, change.run);
      await change.run(USE, [invite.id]);
      await joinAs(change, "joined by a link");
    },
    { outsider: "any" },
  );
  return getConversation(caller, groupId);
}

function toInvite(row: InviteRow): Invite {
  return {
    id: row.id,
    url: `/join/${row.token}`,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    usesLeft: row.uses_max === null ? null : Math.max(0, row.uses_max - row.uses),
    uses: row.uses,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    creator: toUser(row),
  };
}
