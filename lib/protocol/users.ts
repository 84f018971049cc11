import { z } from "zod";
import { fails } from "./errors/codes";
import { NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, USERNAME_MAX, USERNAME_MIN } from "./limits";
import { codePoints, isOneLine, isWellFormedText } from "./text";

export const User = z.object({
  id: z.string(),
  username: z.string(),
  /** Display name; null shows the username. */
  name: z.string().nullable(),
  /** Path on this server, or null: initials on the user's colour. */
  avatarURL: z.string().nullable(),
});
export type User = z.infer<typeof User>;

/** The caller's own account. */
export const AuthUser = User.extend({
  /** May do what concerns the whole server: the first account is its administrator. */
  administrator: z.boolean().default(false),
});
export type AuthUser = z.infer<typeof AuthUser>;

/** The shape of a username. Whether it is reserved or taken, only the server says. */
export const Username = z
  .string(fails("username_required"))
  .trim()
  .refine(hasUsernameLength, fails("username_length", { min: USERNAME_MIN, max: USERNAME_MAX }))
  .refine(hasUsernameLetters, fails("username_letters"));

export const Password = z
  .string(fails("password_required"))
  .refine(hasPasswordLength, fails("password_too_short", { min: PASSWORD_MIN }))
  .refine((p) => codePoints(p) <= PASSWORD_MAX, fails("password_too_long", { max: PASSWORD_MAX }));

/** What a form tells of a value while it is chosen, all at once. */
export type Rule = { says: string; holds: (value: string) => boolean };

export const USERNAME_RULES: readonly Rule[] = [
  { says: `${USERNAME_MIN} to ${USERNAME_MAX} characters`, holds: (value) => hasUsernameLength(value.trim()) },
  { says: "Only the letters a to z, digits, dots, dashes and underscores", holds: (value) => hasUsernameLetters(value.trim()) },
];
export const PASSWORD_RULES: readonly Rule[] = [{ says: `At least ${PASSWORD_MIN} characters`, holds: hasPasswordLength }];

export const SignUpInput = z.object({ username: Username, password: Password });
export type SignUpInput = z.infer<typeof SignUpInput>;

/** Without a password it is the development login. */
export const LoginInput = z.object({
  username: z
    .string(fails("sign_in_username_required"))
    .trim()
    .min(1, fails("sign_in_username_required"))
    .max(100, fails("username_unheard_of")),
  password: z
    .string(fails("sign_in_password_required"))
    .max(PASSWORD_MAX * 2, fails("password_unheard_of"))
    .optional(),
});
export type LoginInput = z.infer<typeof LoginInput>;

/** What the sign-in page sends without script. */
export const SignInForm = LoginInput.extend({
  password: LoginInput.shape.password.refine((password) => password !== "", fails("sign_in_password_required")),
  /** The path to go on to. */
  to: z.string().optional(),
});

export const LoginResult = z.object({ authUser: User, token: z.string(), expiresAt: z.string() });
export type LoginResult = z.infer<typeof LoginResult>;

export const RefreshedToken = z.object({ token: z.string(), expiresAt: z.string() });
export type RefreshedToken = z.infer<typeof RefreshedToken>;

export const UsernameSearch = z.object({
  search: z
    .string(fails("search_username_required"))
    .trim()
    .min(1, fails("search_username_required"))
    .max(USERNAME_MAX, fails("username_unheard_of")),
});

export const UserSearch = z.object({
  search: z
    .string(fails("search_name_required"))
    .trim()
    .min(1, fails("search_name_required"))
    // Code units bound code points, so that a huge address is refused before it is counted.
    .max(NAME_MAX * 2, fails("name_unheard_of"))
    .refine((text) => codePoints(text) <= NAME_MAX, fails("name_unheard_of"))
    .refine(isWellFormedText, fails("name_malformed")),
});

/** Somebody whom a search found. */
export const FoundUser = User.extend({
  /** The direct conversation that the caller has with them; null where there is none yet. */
  conversationId: z.string().nullable(),
});
export type FoundUser = z.infer<typeof FoundUser>;

export const UpdateUserInput = z.object({
  /** Blank takes the display name away. */
  name: z
    .string(fails("display_name_not_text"))
    .trim()
    .refine((n) => isWellFormedText(n) && isOneLine(n), fails("display_name_not_plain"))
    .refine((n) => codePoints(n) <= NAME_MAX, fails("display_name_too_long", { max: NAME_MAX }))
    .transform((n) => n || null),
});
export type UpdateUserInput = z.infer<typeof UpdateUserInput>;

export const ChangePasswordInput = z.object({
  /** Not asked of those who have none yet. */
  currentPassword: z.string(fails("current_password_required")).optional(),
  newPassword: Password,
});
export type ChangePasswordInput = z.infer<typeof ChangePasswordInput>;

/** Somebody elsewhere who signs in to this account. */
export const Identity = z.object({
  id: z.string(),
  /** What the issuer is called here, such as "GitHub". */
  issuer: z.string(),
  /** What the person is called there; blank where it is not known. */
  name: z.string(),
  createdAt: z.string(),
});
export type Identity = z.infer<typeof Identity>;

/** A signed-in device. */
export const Session = z.object({
  id: z.string(),
  /** What the device calls itself, such as "Firefox on Linux". */
  device: z.string(),
  createdAt: z.string(),
  seenAt: z.string(),
  /** The session that asks. */
  current: z.boolean(),
});
export type Session = z.infer<typeof Session>;

function hasUsernameLength(name: string): boolean {
  return name.length >= USERNAME_MIN && name.length <= USERNAME_MAX;
}

function hasUsernameLetters(name: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(name);
}

function hasPasswordLength(password: string): boolean {
  return codePoints(password) >= PASSWORD_MIN;
}
