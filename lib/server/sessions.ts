import "server-only";
import { RECENT_SIGN_IN_MINUTES, SESSION_LIFETIME_S, TOKEN_LIFETIME_S } from "@/lib/protocol/limits";
import type { Session } from "@/lib/protocol/users";
import type { Prisma } from "@/prisma/generated/client";
import { deviceLabel } from "./auth/device";
import { rememberNetwork } from "./auth/known-networks";
import { signToken } from "./auth/tokens";
import { prisma, query } from "./db";
import { HttpError } from "./http/errors";
import { newId } from "./ids";
import { log } from "./log";
import { addressOf } from "./rate-limits";

/** Characters of a `User-Agent` that are kept. */
const USER_AGENT_MAX = 300;

/** The devices that a list shows; a script that signs in for each call would make it endless. */
const LISTED_MAX = 100;

export type SignedIn = { sessionId: string; token: string; expiresAt: Date };

/** Somebody who may be signed in, and what they have shown for it: nothing at all only in development. */
export type Admitted = {
  user: { id: string };
  /** The hash that their password was checked against. */
  passwordHash?: string;
  /** The linked identity that they came with. */
  identityId?: string;
};

/** From where somebody signs in. */
export type Device = { userAgent: string | null; address: string };

export function deviceOf(request: Pick<Request, "headers">): Device {
  return { userAgent: request.headers.get("user-agent"), address: addressOf(request) };
}

/**
 * The lock waits for a password that is being changed and then looks again: whoever was checked against the one before
 * finds no user. One that comes first makes the change wait, which then ends this session with the others.
 */
const CREATE = {
  name: "create_session",
  text: `WITH owner AS (
           SELECT id FROM users WHERE id = $1 AND ($2::text IS NULL OR password_hash = $2) FOR SHARE
         )
         INSERT INTO sessions (id, user_id, account_id, user_agent, expires_at)
         SELECT $3::uuid, id, $4::uuid, $5, $6 FROM owner RETURNING id`,
};

/**
 * Signs a device in: makes the session's row and the token that names it. Throws 401 where the password that was
 * checked is the account's no more.
 */
export async function createSession({ user, passwordHash, identityId }: Admitted, { userAgent, address }: Device): Promise<SignedIn> {
  const sessionId = newId();
  const { token, expiresAt } = signToken(user.id, sessionId);
  await prisma().session.deleteMany({ where: { userId: user.id, expiresAt: { lt: new Date() } } });
  const kept = (userAgent ?? "").slice(0, USER_AGENT_MAX);
  const made = await query(CREATE, [user.id, passwordHash ?? null, sessionId, identityId ?? null, kept, expiresAt]);
  if (made.length === 0) throw new HttpError("wrong_credentials");
  await rememberNetwork(user.id, address);
  const by = identityId ? "identity" : passwordHash ? "password" : undefined;
  log.info({ userId: user.id, sessionId, by, identityId, address }, "a user signed in");
  return { sessionId, token, expiresAt };
}

/** Moves the end of a session to where a token of now ends, but not past the end of its own lifetime. */
const EXTEND = {
  name: "extend_session",
  text: `UPDATE sessions
         SET expires_at = date_trunc('second', least(now() + interval '${TOKEN_LIFETIME_S} s', created_at + interval '${SESSION_LIFETIME_S} s'))
         WHERE id = $1 AND expires_at > now() AND created_at + interval '${SESSION_LIFETIME_S} s' > now()
         RETURNING expires_at`,
};

/** A new token for the same session, which lasts as long as the token. Null where the session has ended meanwhile. */
export async function refreshSession(userId: string, sessionId: string, { address }: Pick<Device, "address">): Promise<SignedIn | null> {
  const [row] = await query<{ expires_at: Date }>(EXTEND, [sessionId]);
  if (!row) return null;
  await rememberNetwork(userId, address);
  return { sessionId, ...signToken(userId, sessionId, new Date(), row.expires_at) };
}

/** Keeps a session that is used from ending: where it was last extended a day or more ago, again. */
export async function extendSession(sessionId: string): Promise<void> {
  const dayBefore = new Date(Date.now() + (TOKEN_LIFETIME_S - 86_400) * 1000);
  const [due] = await prisma().session.findMany({ where: { id: sessionId, expiresAt: { lt: dayBefore } }, select: { id: true } });
  if (due) await query(EXTEND, [sessionId]);
}

/**
 * Ends every session of a user and puts a new one in the place of this one, so that no copy of its token is of use to
 * anybody. Throws 401 where it has been ended meanwhile. The caller's transaction holds the user's row, so that none is
 * made between; it tells hub and cache of the `ended` ones once it has committed.
 */
export async function replaceSessions(
  transaction: Prisma.TransactionClient,
  userId: string,
  hereId: string,
): Promise<{ ended: string[]; here: SignedIn }> {
  const sessions = await transaction.session.findMany({ where: { userId } });
  const here = sessions.find(({ id }) => id === hereId);
  if (!here) throw new HttpError("sign_in_required");
  const ended = sessions.map(({ id }) => id);
  await transaction.session.deleteMany({ where: { id: { in: ended } } });
  const sessionId = newId();
  const signed = signToken(userId, sessionId, new Date(), new Date(here.createdAt.getTime() + SESSION_LIFETIME_S * 1000));
  const { userAgent, createdAt, accountId } = here;
  await transaction.session.create({ data: { id: sessionId, userId, userAgent, createdAt, accountId, expiresAt: signed.expiresAt } });
  return { ended, here: { sessionId, ...signed } };
}

/**
 * Whether somebody has signed in to a session within RECENT_SIGN_IN_MINUTES: one that was stolen later may not do what
 * would outlast it. In a transaction the session cannot be ended before that commits.
 */
export async function isRecentSignIn(sessionId: string, transaction: Prisma.TransactionClient = prisma()): Promise<boolean> {
  const since = new Date(Date.now() - RECENT_SIGN_IN_MINUTES * 60_000);
  const found = await transaction.$queryRaw<object[]>`
    SELECT id FROM sessions WHERE id = ${sessionId}::uuid AND created_at > ${since} FOR SHARE`;
  return found.length > 0;
}

/** Where a user is signed in, the latest used first. */
export async function listSessions(userId: string, currentId: string): Promise<Session[]> {
  const sessions = await prisma().session.findMany({
    where: { userId, expiresAt: { gt: new Date() } },
    orderBy: [{ seenAt: "desc" }, { id: "desc" }],
    take: LISTED_MAX,
  });
  return sessions.map(({ id, userAgent, createdAt, seenAt }) => ({
    id,
    device: deviceLabel(userAgent),
    createdAt: createdAt.toISOString(),
    seenAt: seenAt.toISOString(),
    current: id === currentId,
  }));
}
