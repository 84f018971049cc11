import "server-only";
import { USERS_FOUND_MAX } from "@/lib/protocol/limits";
import type { FoundUser, User } from "@/lib/protocol/users";
import { query, type Statement } from "./db";
import { toUser, USER_COLUMNS, type UserRow } from "./rows";

type FoundRow = UserRow & { conversation_id: string | null };

/**
 * `search_words`, which also makes `search_key`, leaves nothing in a word that LIKE takes for a wildcard. One Latin letter
 * is inside of nearly every name, so it counts at the beginning of a word only; one Chinese character is a word.
 *
 * Only as many strangers as are shown are sorted among those one knows. All users are looked through: at 100,000 of
 * them that takes PostgreSQL 12 to 25 ms, and an index on parts of words would need an extension that not every
 * database has.
 */
const SEARCH: Statement = {
  name: "search_users",
  text: `WITH asked AS MATERIALIZED (
           SELECT array_agg('%' || CASE WHEN word ~ '^[a-z0-9]$' THEN ' ' ELSE '' END || word || '%') AS parts,
                  array_agg('% ' || word || '%') AS beginnings
           FROM unnest(string_to_array(search_words($2), ' ')) AS word
         ), known AS MATERIALIZED (
           SELECT theirs.user_id, c.id AS conversation_id, c.last_message_at
           FROM participants mine
           JOIN conversations c ON c.id = mine.conversation_id AND c.kind = 'direct'
           JOIN participants theirs ON theirs.conversation_id = c.id AND theirs.user_id <> $1
           WHERE mine.user_id = $1
         ), found AS (
           SELECT u.*, k.conversation_id, k.last_message_at, ${matches("beginnings")} AS begins
           FROM known k JOIN users u ON u.id = k.user_id
           WHERE ${matches("parts")}
           UNION ALL (
             SELECT u.*, NULL, NULL, ${matches("beginnings")} AS begins
             FROM users u
             WHERE ${matches("parts")} AND u.id <> $1 AND u.id NOT IN (SELECT user_id FROM known)
             ORDER BY begins DESC, u.username_key LIMIT ${USERS_FOUND_MAX}
           )
         )
         SELECT ${USER_COLUMNS}, u.conversation_id FROM found u
         ORDER BY u.conversation_id IS NULL, u.begins DESC, u.last_message_at DESC NULLS LAST, u.username_key LIMIT ${USERS_FOUND_MAX}`,
};

function matches(patterns: "parts" | "beginnings"): string {
  return `u.search_key LIKE ALL ((SELECT ${patterns} FROM asked)::text[])`;
}

/**
 * The people in whose name or username every word of a text occurs, without the one who asks: first those whom they have
 * a conversation with, the latest first, then all others. Among each, where a word begins so comes before where it is inside.
 */
export async function searchUsers(text: string, caller: User): Promise<FoundUser[]> {
  const rows = await query<FoundRow>(SEARCH, [caller.id, text]);
  return rows.map((row) => ({ ...toUser(row), conversationId: row.conversation_id }));
}
