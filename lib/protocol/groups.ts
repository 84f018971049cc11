import { z } from "zod";
import { fails } from "./errors/codes";
import { GROUP_DESCRIPTION_MAX, GROUP_NAME_MAX, INVITE_LIFETIME_MAX_S, INVITE_USES_MAX, PEOPLE_ADDED_AT_ONCE_MAX } from "./limits";
import { ListQuery } from "./messages";
import { Role } from "./quiet-lines";
import { codePoints, isOneLine, isWellFormedText } from "./text";
import { User } from "./users";

export const Who = z.enum(["everyone", "administrators"], fails("unknown_permission"));
export type Who = z.infer<typeof Who>;

/** Who of the participants may add people and make links, write, pin messages, and change name, description and picture. */
export const Permissions = z.object({ add: Who, write: Who, pin: Who, change: Who }, fails("not_object", { field: "permissions" }));
export type Permissions = z.infer<typeof Permissions>;

export const Group = z.object({
  /** Its conversation's. */
  id: z.string(),
  name: z.string(),
  /** Blank where there is none. */
  description: z.string(),
  avatarURL: z.string().nullable(),
  /** An open group is listed, and anybody on the server joins it. */
  access: z.enum(["private", "open"]),
  /** What those who join see: all that was said, or what is said from then on. */
  history: z.enum(["all", "joining"]),
  permissions: Permissions,
  participantCount: z.number(),
  /** Everybody on the server takes part, and nobody leaves. */
  everybody: z.boolean(),
  /** Grows with each change of the group. Of two the greater is the later. */
  version: z.number(),
});
export type Group = z.infer<typeof Group>;

export const Participant = z.object({ user: User, role: Role, joinedAt: z.string() });
export type Participant = z.infer<typeof Participant>;

/** How many of a group are online now, oneself too. */
export const OnlineCount = z.object({ online: z.number() });
export type OnlineCount = z.infer<typeof OnlineCount>;

/** An open group, as it is listed for somebody. */
export const ListedGroup = Group.extend({ joined: z.boolean() });
export type ListedGroup = z.infer<typeof ListedGroup>;

/** A link by which people join a group. */
export const Invite = z.object({
  id: z.string(),
  /** Path on this server: `/join/<token>`. */
  url: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  /** Null for any number. */
  usesLeft: z.number().nullable(),
  uses: z.number(),
  revokedAt: z.string().nullable(),
  creator: User,
});
export type Invite = z.infer<typeof Invite>;

/** What an invite tells to who has not joined yet. */
export const InvitePreview = z.object({
  group: Group.pick({ id: true, name: true, description: true, avatarURL: true, participantCount: true }),
  by: User,
  /** Whether the one who asks takes part already. */
  joined: z.boolean(),
});
export type InvitePreview = z.infer<typeof InvitePreview>;

type Action = "add" | "write" | "pin" | "change" | "settings" | "history" | "remove" | "roles";

/**
 * Whether somebody may do something in a conversation. Settings, and taking people out, are for administrators; what
 * newcomers see, and roles, for an owner.
 * @param group null for a direct conversation, in which both may write and pin.
 */
export function may(role: Role | null, group: Pick<Group, "permissions"> | null, action: Action): boolean {
  if (!group) return action === "write" || action === "pin";
  if (role === null) return false;
  if (action === "history" || action === "roles") return role === "owner";
  if (action === "settings" || action === "remove") return role !== "participant";
  return role !== "participant" || group.permissions[action] === "everyone";
}

/** Whether somebody may take another out of a group: an owner anybody, an administrator those who are neither. */
export function mayRemove(role: Role, other: Role): boolean {
  return role === "owner" || (role === "administrator" && other === "participant");
}

const NAME_TOO_LONG = fails("group_name_too_long", { max: GROUP_NAME_MAX });

const GroupName = z
  .string(fails("group_name_required"))
  .trim()
  .min(1, fails("group_name_required"))
  // Code units bound code points, so that a huge body is refused before it is counted.
  .max(GROUP_NAME_MAX * 2, NAME_TOO_LONG)
  .refine((name) => codePoints(name) <= GROUP_NAME_MAX, NAME_TOO_LONG)
  .refine((name) => isWellFormedText(name) && isOneLine(name), fails("group_name_not_plain"));

const DESCRIPTION_TOO_LONG = fails("description_too_long", { max: GROUP_DESCRIPTION_MAX });

const GroupDescription = z
  .string(fails("description_not_text"))
  .trim()
  .max(GROUP_DESCRIPTION_MAX * 2, DESCRIPTION_TOO_LONG)
  .refine((text) => codePoints(text) <= GROUP_DESCRIPTION_MAX, DESCRIPTION_TOO_LONG)
  .refine(isWellFormedText, fails("description_malformed"));

const Usernames = z
  .array(
    z.string(fails("username_not_text")).trim().min(1, fails("username_blank")).max(100, fails("username_unheard_of")),
    fails("people_required"),
  )
  .max(PEOPLE_ADDED_AT_ONCE_MAX, fails("people_too_many", { max: PEOPLE_ADDED_AT_ONCE_MAX }));

const ClientId = z.guid(fails("not_client_id")).toLowerCase();
const Access = z.enum(["private", "open"], fails("unknown_access"));
const History = z.enum(["all", "joining"], fails("unknown_history"));

export const MakeGroupInput = z.object({
  name: GroupName,
  description: GroupDescription.default(""),
  usernames: Usernames.default([]),
  access: Access.default("private"),
  history: History.default("all"),
  /** Makes the request harmless to repeat. */
  clientId: ClientId.optional(),
});
export type MakeGroupInput = z.infer<typeof MakeGroupInput>;

export const ChangeGroupInput = z.object({
  name: GroupName.optional(),
  description: GroupDescription.optional(),
  access: Access.optional(),
  history: History.optional(),
  permissions: Permissions.partial().optional(),
  /** For an administrator of the server. */
  everybody: z.literal(true, fails("not_true", { field: "everybody" })).optional(),
});
export type ChangeGroupInput = z.infer<typeof ChangeGroupInput>;

/** `search` finds by parts of the words of a name; blank finds all. */
const search = z
  .string()
  .trim()
  .max(GROUP_NAME_MAX * 2, fails("name_unheard_of"))
  .refine(isWellFormedText, fails("name_malformed"))
  .default("");

export const GroupsQuery = ListQuery.extend({ search });
export type GroupsQuery = z.infer<typeof GroupsQuery>;

export const ParticipantsQuery = ListQuery.extend({ search });
export type ParticipantsQuery = z.infer<typeof ParticipantsQuery>;

export const AddParticipantsInput = z.object({ usernames: Usernames.min(1, fails("people_required")) });
export type AddParticipantsInput = z.infer<typeof AddParticipantsInput>;

export const ChangeRoleInput = z.object({ role: Role });
export type ChangeRoleInput = z.infer<typeof ChangeRoleInput>;

export const MakeInviteInput = z.object({
  /** Seconds until it ends; never unless it is said. */
  expiresIn: z
    .number(fails("not_seconds", { field: "expiresIn" }))
    .int(fails("not_integer", { field: "expiresIn" }))
    .min(60, fails("invite_too_short"))
    .max(INVITE_LIFETIME_MAX_S, fails("invite_too_long"))
    .optional(),
  /** How many may join by it; any number unless it is said. */
  uses: z
    .number(fails("not_number", { field: "uses" }))
    .int(fails("not_integer", { field: "uses" }))
    .min(1, fails("invite_for_nobody"))
    .max(INVITE_USES_MAX, fails("invite_for_too_many"))
    .optional(),
  /** Makes the request harmless to repeat. */
  clientId: ClientId.optional(),
});
export type MakeInviteInput = z.infer<typeof MakeInviteInput>;
