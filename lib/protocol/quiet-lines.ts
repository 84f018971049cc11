import { z } from "zod";
import { fails } from "./errors/codes";
import { User } from "./users";

/** What somebody is in a group. Owner and administrators may do what its settings leave to administrators. */
export const Role = z.enum(["owner", "administrator", "participant"], fails("unknown_role"));
export type Role = z.infer<typeof Role>;

/** What a quiet line tells of; its message says the same as a sentence. A newer server may tell of other kinds. */
export const QuietLine = z.object({
  kind: z.string(),
  /** Of people added or removed, or whose role has changed: the first ones, and how many there are in all. */
  users: z.array(User).optional(),
  count: z.number().optional(),
  /** The new name of a group. */
  name: z.string().optional(),
  role: Role.optional(),
});
export type QuietLine = z.infer<typeof QuietLine>;

/** The kinds that this version knows. */
export type QuietLineKind =
  | "created"
  | "joined"
  | "added"
  | "removed"
  | "left"
  | "renamed"
  | "described"
  | "pictured"
  | "role"
  | "settings";
