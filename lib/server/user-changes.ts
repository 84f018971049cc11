import "server-only";
import type { User } from "@/lib/protocol/users";
import { forgetSessions } from "./auth/session-cache";
import { query, type Statement } from "./db";
import { HttpError } from "./http/errors";
import { append } from "./realtime/append";
import { hub } from "./realtime/hub";
import { toUser, USER_COLUMNS, type UserRow } from "./rows";

/** Conversations that a change names to other servers; where there are more they look whatever they listen to. */
const TOPICS_NAMED_MAX = 100;

/** Those that they have left, too: what they said there is seen under the name that they have now. */
const IN_THEIR_CONVERSATIONS = `changed CROSS JOIN LATERAL (
    SELECT conversation_id FROM participants WHERE user_id = changed.id
    UNION SELECT conversation_id FROM former_participants WHERE user_id = changed.id
  ) p JOIN conversations c ON c.id = p.conversation_id AND c.last_seq > 0`;

/**
 * A statement that changes what others see of user `$1` and, in the same transaction, tells each of their conversations
 * that has a message. One without is on nobody's list, and anybody could start thousands: their people see the change at
 * the next load. `change` defines the query `changed`, which returns the user's row as it is now, and none where nothing
 * changes: then nothing is told.
 */
export function announcedChange(name: string, change: string): Statement {
  return {
    name,
    text: `WITH ${change},
           announced AS (
             ${append("user", IN_THEIR_CONVERSATIONS, { topic: "c.id", actor: "changed.id" })}
             RETURNING conversation_id
           )
           SELECT ${USER_COLUMNS}, ARRAY(SELECT id FROM sessions WHERE user_id = $1) AS session_ids,
                  ARRAY(SELECT conversation_id FROM announced LIMIT ${TOPICS_NAMED_MAX + 1}) AS topics
           FROM (SELECT * FROM changed UNION ALL SELECT * FROM users WHERE id = $1 AND NOT EXISTS (SELECT FROM changed)) u`,
  };
}

/** Runs such a statement, and wakes the streams that carry it. */
export async function changeAndAnnounce(statement: Statement, values: readonly unknown[]): Promise<User> {
  const [row] = await query<UserRow & { session_ids: string[]; topics: string[] }>(statement, values);
  if (!row) throw new HttpError("user_not_found");
  forgetSessions(row.session_ids);
  if (row.topics.length > 0) hub().publishLogged(row.topics.length > TOPICS_NAMED_MAX ? null : row.topics);
  return toUser(row);
}
