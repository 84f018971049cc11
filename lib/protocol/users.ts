import { z } from "zod";
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
  .string("Choose a username.")
  .trim()
  .refine(hasUsernameLength, `A username has ${USERNAME_MIN} to ${USERNAME_MAX} characters.`)
  .refine(hasUsernameLetters, "A username takes letters, digits, dots, dashes and underscores.");

export const Password = z
  .string("Choose a password.")
  .refine(hasPasswordLength, `A password has at least ${PASSWORD_MIN} characters.`)
  .refine((p) => codePoints(p) <= PASSWORD_MAX, `A password has at most ${PASSWORD_MAX} characters.`);

/** What a form tells of a value while it is chosen, all at once. */
export type Rule = { says: string; holds: (value: string) => boolean };

export const USERNAME_RULES: readonly Rule[] = [
  { says: `${USERNAME_MIN} to ${USERNAME_MAX} characters`, holds: (value) => hasUsernameLength(value.trim()) },
  { says: "Only letters, digits, dots, dashes and underscores", holds: (value) => hasUsernameLetters(value.trim()) },
];
export const PASSWORD_RULES: readonly Rule[] = [{ says: `At least ${PASSWORD_MIN} characters`, holds: hasPasswordLength }];

export const SignUpInput = z.object({ username: Username, password: Password });
export type SignUpInput = z.infer<typeof SignUpInput>;

/** Without a password it is the development login. */
export const LoginInput = z.object({
  username: z.string("Enter your username.").trim().min(1, "Enter your username.").max(100, "No username is that long."),
  password: z
    .string("Enter your password.")
    .max(PASSWORD_MAX * 2, "No password is that long.")
    .optional(),
});
export type LoginInput = z.infer<typeof LoginInput>;

/** What the sign-in page sends without script. */
export const SignInForm = LoginInput.extend({
  password: LoginInput.shape.password.refine((password) => password !== "", "Enter your password."),
  /** The path to go on to. */
  to: z.string().optional(),
});

export const LoginResult = z.object({ authUser: User, token: z.string(), expiresAt: z.string() });
export type LoginResult = z.infer<typeof LoginResult>;

export const RefreshedToken = z.object({ token: z.string(), expiresAt: z.string() });
export type RefreshedToken = z.infer<typeof RefreshedToken>;

export const UsernameSearch = z.object({
  search: z
    .string("Type the beginning of a username.")
    .trim()
    .min(1, "Type the beginning of a username.")
    .max(USERNAME_MAX, "No username is that long."),
});

export const UserSearch = z.object({
  search: z
    .string("Type a name or a username.")
    .trim()
    .min(1, "Type a name or a username.")
    // Code units bound code points, so that a huge address is refused before it is counted.
    .max(NAME_MAX * 2, "No name is that long.")
    .refine((text) => codePoints(text) <= NAME_MAX, "No name is that long.")
    .refine(isWellFormedText, "A name takes no NUL characters and no broken surrogates."),
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
    .string("A display name is text.")
    .trim()
    .refine((n) => isWellFormedText(n) && isOneLine(n), "A display name is plain text.")
    .refine((n) => codePoints(n) <= NAME_MAX, `A display name has at most ${NAME_MAX} characters.`)
    .transform((n) => n || null),
});
export type UpdateUserInput = z.infer<typeof UpdateUserInput>;

export const ChangePasswordInput = z.object({
  /** Not asked of those who have none yet. */
  currentPassword: z.string("Enter your current password.").optional(),
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
