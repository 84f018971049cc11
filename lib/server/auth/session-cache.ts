import "server-only";
import { LRUCache } from "lru-cache";
import type { User } from "@/lib/protocol/users";
import { query } from "../db";
import { log } from "../log";
import { toUser, USER_COLUMNS, type UserRow } from "../rows";
import { single } from "../single";
import { together } from "../together";

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

const SESSION_USERS = {
  name: "session_users",
  text: `SELECT s.id AS session_id, s.seen_at, ${USER_COLUMNS}
         FROM unnest((SELECT $1::uuid[])) AS asked (id)
         JOIN sessions s ON s.id = asked.id
         JOIN users u ON u.id = s.user_id
         WHERE s.expires_at > now()`,
};

type SessionRow = UserRow & { session_id: string; seen_at: Date };

/** When a server comes back, all come at once: what is asked at the same moment is one statement. */
const lookUp = () =>
  single("session look-ups", () =>
    together({ atOnce: 2, most: 500, waitingMax: 20_000 }, async (sessionIds: string[]): Promise<(SessionRow | null)[]> => {
      const rows = await query<SessionRow>(SESSION_USERS, [sessionIds]);
      const found = new Map(rows.map((row) => [row.session_id, row]));
      return sessionIds.map((id) => found.get(id) ?? null);
    }),
  );

async function find(sessionId: string): Promise<User | null> {
  const row = await lookUp()(sessionId);
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
