import "server-only";
import { TOKEN_LIFETIME_S } from "@/lib/protocol/limits";
import type { Session } from "@/lib/protocol/users";
import { deviceLabel } from "./auth/device";
import { signToken } from "./auth/tokens";
import { prisma } from "./db";
import { newId } from "./ids";

/** Characters of a `User-Agent` that are kept. */
const USER_AGENT_MAX = 300;

/** The devices that a list shows; a script that signs in for each call would make it endless. */
const LISTED_MAX = 100;

export type SignedIn = { sessionId: string; token: string; expiresAt: Date };

/** Signs a device in: makes the session's row and the token that names it. */
export async function createSession(userId: string, userAgent: string | null): Promise<SignedIn> {
  const sessionId = newId();
  const { token, expiresAt } = signToken(userId, sessionId);
  await prisma().session.deleteMany({ where: { userId, expiresAt: { lt: new Date() } } });
  await prisma().session.create({
    data: { id: sessionId, userId, userAgent: (userAgent ?? "").slice(0, USER_AGENT_MAX), expiresAt },
  });
  return { sessionId, token, expiresAt };
}

/** A new token for the same session, which lasts as long as the token. */
export async function refreshSession(userId: string, sessionId: string): Promise<SignedIn> {
  const { token, expiresAt } = signToken(userId, sessionId);
  await prisma().session.updateMany({ where: { id: sessionId }, data: { expiresAt } });
  return { sessionId, token, expiresAt };
}

/** Moves the end of a session that is a day or more old to where a token of now ends. */
export async function extendSession(sessionId: string): Promise<void> {
  const expiresAt = new Date(Date.now() + TOKEN_LIFETIME_S * 1000);
  const dayBefore = new Date(expiresAt.getTime() - 86_400_000);
  await prisma().session.updateMany({ where: { id: sessionId, expiresAt: { lt: dayBefore } }, data: { expiresAt } });
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
