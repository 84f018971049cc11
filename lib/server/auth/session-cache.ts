import "server-only";
import { LRUCache } from "lru-cache";
import type { User } from "@/lib/protocol/users";
import { query } from "../db";
import { log } from "../log";
import { toUser, USER_COLUMNS, type UserRow } from "../rows";
import { single } from "../single";

/**
 * How long this process believes what it knows of a session: the longest that a session which another
 * server revoked still counts here. One that this process revokes is forgotten at once.
 */
const BELIEVED_MS = 5_000;

/** How old `seen_at` may grow before a request refreshes it. */
const SEEN_EVERY_MS = 5 * 60_000;

/** The look-ups themselves are kept, so that requests which come together share one. */
const lookups = single("sessions", () => new LRUCache<string, Promise<User | null>>({ max: 50_000, ttl: BELIEVED_MS }));

/** Whose session this is; null once it was revoked or has ended. At most one statement each few seconds. */
export function sessionUser(sessionId: string): Promise<User | null> {
  const known = lookups.get(sessionId);
  if (known) return known;
  const lookup = find(sessionId);
  lookups.set(sessionId, lookup);
  lookup.catch(() => lookups.peek(sessionId) === lookup && lookups.delete(sessionId));
  return lookup;
}

/** To be called after the rows are gone or changed: a look-up under way may still have read the old ones. */
export function forgetSessions(sessionIds: readonly string[]): void {
  for (const id of sessionIds) lookups.delete(id);
}

/** Another server has revoked some, and does not say which. */
export function forgetAllSessions(): void {
  lookups.clear();
}

const LIVE = {
  name: "live_sessions",
  text: "SELECT id FROM sessions WHERE id = ANY($1::uuid[]) AND expires_at > now()",
};

/** Which of these sessions are neither revoked nor over. Asks the database. */
export async function liveSessions(sessionIds: readonly string[]): Promise<Set<string>> {
  const rows = await query<{ id: string }>(LIVE, [sessionIds]);
  return new Set(rows.map((row) => row.id));
}

const SESSION_USER = {
  name: "session_user",
  text: `SELECT ${USER_COLUMNS}, s.seen_at
         FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.id = $1 AND s.expires_at > now()`,
};

async function find(sessionId: string): Promise<User | null> {
  const [row] = await query<UserRow & { seen_at: Date }>(SESSION_USER, [sessionId]);
  if (!row) return null;
  if (Date.now() - row.seen_at.getTime() > SEEN_EVERY_MS) refreshSeen(sessionId);
  return toUser(row);
}

/** Nobody waits for it, and the next request tries again. */
function refreshSeen(sessionId: string): void {
  query({ name: "session_seen", text: "UPDATE sessions SET seen_at = now() WHERE id = $1" }, [sessionId]).catch((error) =>
    log.warn({ err: error }, "a session's last activity could not be kept"),
  );
}
