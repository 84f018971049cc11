import { z } from "zod";
import { GROUP_DESCRIPTION_MAX, GROUP_NAME_MAX, INVITE_LIFETIME_MAX_S, INVITE_USES_MAX, PEOPLE_ADDED_AT_ONCE_MAX } from "./limits";
import { ListQuery } from "./messages";
import { Role } from "./quiet-lines";
import { codePoints, isOneLine, isWellFormedText } from "./text";
import { User } from "./users";

export const Who = z.enum(["everyone", "administrators"]);
export type Who = z.infer<typeof Who>;

/** Who of the participants may add people and make links, write, pin messages, and change name, description and picture. */
export const Permissions = z.object({ add: Who, write: Who, pin: Who, change: Who });
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

const GroupName = z
  .string("Give the group a name.")
  .trim()
  .min(1, "Give the group a name.")
  // Code units bound code points, so that a huge body is refused before it is counted.
  .max(GROUP_NAME_MAX * 2, `A name has at most ${GROUP_NAME_MAX} characters.`)
  .refine((name) => codePoints(name) <= GROUP_NAME_MAX, `A name has at most ${GROUP_NAME_MAX} characters.`)
  .refine((name) => isWellFormedText(name) && isOneLine(name), "A name is plain text.");

const GroupDescription = z
  .string("A description is text.")
  .trim()
  .max(GROUP_DESCRIPTION_MAX * 2, `A description has at most ${GROUP_DESCRIPTION_MAX} characters.`)
  .refine((text) => codePoints(text) <= GROUP_DESCRIPTION_MAX, `A description has at most ${GROUP_DESCRIPTION_MAX} characters.`)
  .refine(isWellFormedText, "A description takes no NUL characters and no broken surrogates.");

const Usernames = z
  .array(
    z.string("A username is text.").trim().min(1, "A username is blank.").max(100, "No username is that long."),
    "Whom do you want to add?",
  )
  .max(PEOPLE_ADDED_AT_ONCE_MAX, `At most ${PEOPLE_ADDED_AT_ONCE_MAX} people are added at once.`);

const ClientId = z.guid("A client id is a UUID.").toLowerCase();
const Access = z.enum(["private", "open"], "A group is private or open.");
const History = z.enum(["all", "joining"], "What newcomers see is all or joining.");

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
  everybody: z.literal(true, "`everybody` is true.").optional(),
});
export type ChangeGroupInput = z.infer<typeof ChangeGroupInput>;

/** `search` finds by parts of the words of a name; blank finds all. */
const search = z
  .string()
  .trim()
  .max(GROUP_NAME_MAX * 2, "No name is that long.")
  .refine(isWellFormedText, "A name takes no NUL characters and no broken surrogates.")
  .default("");

export const GroupsQuery = ListQuery.extend({ search });
export type GroupsQuery = z.infer<typeof GroupsQuery>;

export const ParticipantsQuery = ListQuery.extend({ search });
export type ParticipantsQuery = z.infer<typeof ParticipantsQuery>;

export const AddParticipantsInput = z.object({ usernames: Usernames.min(1, "Whom do you want to add?") });
export type AddParticipantsInput = z.infer<typeof AddParticipantsInput>;

export const ChangeRoleInput = z.object({ role: Role });
export type ChangeRoleInput = z.infer<typeof ChangeRoleInput>;

export const MakeInviteInput = z.object({
  /** Seconds until it ends; never unless it is said. */
  expiresIn: z
    .number("`expiresIn` is a number of seconds.")
    .int()
    .min(60, "A link lasts a minute or longer.")
    .max(INVITE_LIFETIME_MAX_S, "A link lasts at most a year.")
    .optional(),
  /** How many may join by it; any number unless it is said. */
  uses: z
    .number("`uses` is a number.")
    .int()
    .min(1, "A link is good for one person at least.")
    .max(INVITE_USES_MAX, "No group is that large.")
    .optional(),
  /** Makes the request harmless to repeat. */
  clientId: ClientId.optional(),
});
export type MakeInviteInput = z.infer<typeof MakeInviteInput>;
