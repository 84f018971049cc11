import "server-only";
import { prisma } from "../db";
import { isId } from "../ids";
import { log } from "../log";
import { hub } from "../realtime/hub";
import { forgetSessions } from "./session-cache";

/** Signs one device of a user out; false where the user has no such session. */
export async function signOut(userId: string, sessionId: string): Promise<boolean> {
  return isId(sessionId) && (await end({ id: sessionId, userId })) > 0;
}

/** Signs a user out everywhere. */
export async function signOutEverywhere(userId: string): Promise<void> {
  await end({ userId });
}

/** Takes the rows away first, so that whoever looks a session up afterwards finds it gone. */
async function end(which: { userId: string; id?: string }): Promise<number> {
  const sessions = await prisma().session.findMany({ where: which, select: { id: true } });
  const ids = sessions.map(({ id }) => id);
  await prisma().session.deleteMany({ where: { id: { in: ids } } });
  endSessions(ids);
  if (ids.length > 0) log.info({ userId: which.userId, sessionId: which.id, ended: ids.length }, "sessions were ended");
  return ids.length;
}

/** Once the rows of sessions are gone: nobody believes these sessions any more, and their streams end. */
export function endSessions(ids: string[]): void {
  forgetSessions(ids);
  hub().endSessions(ids);
}
