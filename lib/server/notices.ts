import "server-only";
import { type Notice, type NoticeCode, sentenceOfNotice } from "@/lib/protocol/notices";
import type { Prisma } from "@/prisma/generated/client";
import { deviceLabel } from "./auth/device";
import { prisma, query } from "./db";
import type { Caller } from "./http/route";
import { isId, newId } from "./ids";

/** Days that a notice is kept, and how many each user has at most. */
const KEPT_DAYS = 90;
const KEPT_MAX = 50;

/**
 * Tells the owner of an account what was done to it, in the transaction that does it, and from which device where a
 * session did it.
 */
export async function addNotice(
  transaction: Prisma.TransactionClient,
  { userId, sessionId }: { userId: string; sessionId: string | null },
  code: NoticeCode,
  params: Record<string, string> = {},
): Promise<void> {
  const session = sessionId === null ? null : await transaction.session.findUnique({ where: { id: sessionId } });
  const device = session ? { device: deviceLabel(session.userAgent) } : {};
  await transaction.notice.create({ data: { id: newId(), userId, sessionId, code, params: { ...params, ...device } } });
  const old = await transaction.notice.findMany({ where: { userId }, orderBy: { id: "desc" }, skip: KEPT_MAX, select: { id: true } });
  const since = new Date(Date.now() - KEPT_DAYS * 86_400_000);
  await transaction.notice.deleteMany({ where: { userId, OR: [{ id: { in: old.map(({ id }) => id) } }, { createdAt: { lt: since } }] } });
}

/** Each page of the messenger asks for it. */
const LIST = {
  name: "list_notices",
  text: `SELECT id, code, params, created_at,
                dismissed_by IS NOT NULL AND (dismissed_by IS DISTINCT FROM session_id OR dismissed_by = $2) AS dismissed
         FROM notices WHERE user_id = $1 ORDER BY id DESC LIMIT ${KEPT_MAX}`,
};

type Row = Omit<Notice, "createdAt" | "message"> & { created_at: Date };

/** What happened to an account lately, the latest first. */
export async function listNotices({ user, session }: Caller): Promise<Notice[]> {
  const rows = await query<Row>(LIST, [user.id, session.id]);
  return rows.map(({ created_at, ...notice }) => ({ ...notice, message: sentenceOfNotice(notice), createdAt: created_at.toISOString() }));
}

/**
 * Takes a notice off the screen of all devices. The session whose doing it tells of takes it off its own only: it may
 * be a thief's. False where the user has no such notice.
 */
export async function dismissNotice({ user, session }: Caller, id: string): Promise<boolean> {
  if (!isId(id)) return false;
  const notice = await prisma().notice.findFirst({ where: { id, userId: user.id } });
  if (!notice) return false;
  const byAnother = notice.dismissedBy !== null && notice.dismissedBy !== notice.sessionId;
  if (!byAnother) await prisma().notice.update({ where: { id }, data: { dismissedBy: session.id } });
  return true;
}
