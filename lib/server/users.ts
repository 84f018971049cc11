import "server-only";
import { reason } from "@/lib/protocol/errors/codes";
import { RECENT_SIGN_IN_MINUTES, USERNAME_SUGGESTIONS } from "@/lib/protocol/limits";
import type { AuthUser, ChangePasswordInput, SignUpInput, User } from "@/lib/protocol/users";
import { countFailure, forgiveFailure } from "./auth/failures";
import { whyGuessable } from "./auth/password-strength";
import { hashPassword, verifyPassword } from "./auth/passwords";
import { endSessions } from "./auth/sign-out";
import { isReserved, usernameKey } from "./auth/usernames";
import { config } from "./config";
import { prisma, query, type Statement } from "./db";
import { FieldError, HttpError } from "./http/errors";
import { newId } from "./ids";
import { log } from "./log";
import { addNotice } from "./notices";
import { avatarURL, toUser, USER_COLUMNS, type UserRow } from "./rows";
import { isRecentSignIn, replaceSessions, type SignedIn } from "./sessions";
import { announcedChange, changeAndAnnounce } from "./user-changes";

/** A user as others see them, and the secret that only sign-in reads. */
export type AccountRecord = { user: User; passwordHash: string | null };

/** Finds by username, without regard to case. */
export async function findAccount(username: string): Promise<AccountRecord | null> {
  const found = await prisma().user.findUnique({ where: { usernameKey: usernameKey(username) } });
  if (!found) return null;
  const { id, username: spelling, name, avatarId, passwordHash } = found;
  return { user: { id, username: spelling, name, avatarURL: avatarURL(avatarId) }, passwordHash };
}

const AUTH_USER: Statement = { name: "auth_user", text: `SELECT ${USER_COLUMNS}, u.administrator FROM users u WHERE u.id = $1` };

/** The caller's own account as stored now; a session's user may be some seconds old. */
export async function requireAuthUser(userId: string): Promise<AuthUser> {
  const [row] = await query<UserRow & { administrator: boolean }>(AUTH_USER, [userId]);
  if (!row) throw new HttpError("user_not_found");
  return { ...toUser(row), administrator: row.administrator };
}

/** Makes an account. 403 where sign-up is closed; a name that is taken or reserved is a field error. */
export async function signUp({ username, password }: SignUpInput, address: string): Promise<User> {
  if (config().SIGN_UP === "closed") throw new HttpError("sign_up_closed");
  if (isReserved(username)) throw new FieldError({ username: reason("username_reserved") });
  const taken = new FieldError({ username: reason("username_taken") });
  if (await findAccount(username)) throw taken;
  const guessable = await whyGuessable(password, username);
  if (guessable) throw new FieldError({ password: guessable });
  const [made] = await prisma().user.createManyAndReturn({
    data: { id: newId(), username, usernameKey: usernameKey(username), passwordHash: await hashPassword(password) },
    skipDuplicates: true,
    select: { id: true },
  });
  if (!made) throw taken;
  log.info({ userId: made.id, username, address }, "an account was made");
  return { id: made.id, username, name: null, avatarURL: null };
}

// Byte order on both sides, which the index has: a range of it, read in its order, whatever the server's locale.
const SUGGESTIONS: Statement = {
  name: "username_suggestions",
  text: `SELECT username FROM users
         WHERE username_key ~>=~ $1 AND username_key ~<~ $2 AND id <> $3
         ORDER BY username_key USING ~<~ LIMIT ${USERNAME_SUGGESTIONS}`,
};

/** The first usernames that begin so, in any letter case, without the one who asks. */
export async function suggestUsernames(beginning: string, userId: string): Promise<string[]> {
  if (!/^[A-Za-z0-9_.-]+$/.test(beginning)) return [];
  const from = usernameKey(beginning);
  // DEL comes after every character that a username can hold.
  const rows = await query<{ username: string }>(SUGGESTIONS, [from, `${from}\u007f`, userId]);
  return rows.map((row) => row.username);
}

const SET_NAME = announcedChange(
  "set_name",
  "changed AS (UPDATE users SET name = $2 WHERE id = $1 AND name IS DISTINCT FROM $2 RETURNING *)",
);

/** Gives a user another display name, and tells everybody who sees it. */
export function setName(userId: string, name: string | null): Promise<User> {
  return changeAndAnnounce(SET_NAME, [userId, name]);
}

/** Failures that pass before a session has to wait; another session of the same person is not held up by them. */
const FREE_IN_SESSION = 10;

/**
 * Changes a password, or gives one to somebody who signs in elsewhere. Ends all their sessions and puts a new one in the
 * place of the caller's. A wrong current password, a session too old to choose the first one and a password that is
 * easily guessed are field errors; too many tries are 429.
 */
export async function changePassword(
  { user, session }: { user: User; session: { id: string } },
  { currentPassword, newPassword }: ChangePasswordInput,
): Promise<SignedIn> {
  const { username, passwordHash } = await prisma().user.findUniqueOrThrow({ where: { id: user.id } });
  if (passwordHash !== null) await requirePassword({ userId: user.id, sessionId: session.id }, passwordHash, currentPassword ?? "");
  else await requireRecentSignIn(session.id);
  const guessable = await whyGuessable(newPassword, username);
  if (guessable) throw new FieldError({ newPassword: guessable });
  const changed = await hashPassword(newPassword);
  const { ended, here } = await prisma().$transaction(async (transaction) => {
    // Holds the user's row from here on: see createSession.
    const { count } = await transaction.user.updateMany({ where: { id: user.id, passwordHash }, data: { passwordHash: changed } });
    if (count === 0) throw new FieldError({ currentPassword: reason("current_password_changed") });
    const replaced = await replaceSessions(transaction, user.id, session.id);
    await addNotice(
      transaction,
      { userId: user.id, sessionId: replaced.here.sessionId },
      passwordHash === null ? "password_set" : "password_changed",
    );
    return replaced;
  });
  endSessions(ended);
  const what = passwordHash === null ? "a first password was set" : "a password was changed";
  log.info({ userId: user.id, sessionId: here.sessionId, ended: ended.length }, what);
  return here;
}

async function requireRecentSignIn(sessionId: string): Promise<void> {
  if (await isRecentSignIn(sessionId)) return;
  throw new FieldError({ newPassword: reason("password_needs_recent_sign_in", { minutes: RECENT_SIGN_IN_MINUTES }) });
}

async function requirePassword(caller: { userId: string; sessionId: string }, passwordHash: string, password: string): Promise<void> {
  const failures = { key: `failures_password:${caller.userId}:${caller.sessionId}`, free: FREE_IN_SESSION };
  await countFailure(failures);
  if (!(await verifyPassword(passwordHash, password))) {
    log.info({ ...caller, reason: "wrong password" }, "a password was not changed");
    throw new FieldError({ currentPassword: reason("current_password_wrong") });
  }
  await forgiveFailure(failures, { all: true });
}
