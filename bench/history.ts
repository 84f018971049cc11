import type pg from "pg";
import type { Cast, Pair } from "./cast";

/** Messages that each of the shelf's conversations has at least: two pages, less ten. */
const SHELF_LEAST = 40;

/**
 * Fills the conversations up to `total` messages: half on the shelf, half in the background, in the order in which
 * people would have written them, so that a page of one conversation lies scattered over the table.
 */
export async function growHistory(db: pg.Client, { shelf, background }: Cast, total: number): Promise<void> {
  const each = Math.max(SHELF_LEAST, Math.floor(total / 2 / shelf.length));
  const rest = Math.floor((total - each * shelf.length) / background.length);
  const places = [...shelf.map((pair) => ({ pair, upTo: each })), ...background.map((pair) => ({ pair, upTo: rest }))];
  const ids = ({ pair }: { pair: Pair }) => pair.conversationId;
  const columns = [
    places.map(ids),
    places.map(({ upTo }) => upTo),
    places.map(({ pair }) => pair.people[0].id),
    places.map(({ pair }) => pair.people[1].id),
  ];
  await db.query(
    `INSERT INTO messages (id, conversation_id, seq, sender_id, content, client_id, created_at)
     SELECT uuidv7(), id, seq, CASE WHEN seq % 2 = 0 THEN one ELSE other END, repeat('So it goes on. ', 1 + seq % 8), gen_random_uuid(),
            date_trunc('milliseconds', clock_timestamp())
     FROM (
       SELECT p.*, seq FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[]) AS p (id, up_to, one, other)
       JOIN conversations c USING (id), generate_series(c.last_seq + 1, up_to) AS seq
       ORDER BY seq::float / up_to, id
     ) m`,
    columns,
  );
  await db.query(
    `UPDATE conversations c SET last_seq = m.seq, last_message_at = m.at
     FROM (SELECT conversation_id, max(seq) AS seq, max(created_at) AS at FROM messages GROUP BY conversation_id) m
     WHERE c.id = m.conversation_id AND c.id = ANY($1)`,
    [columns[0]],
  );
  await db.query("VACUUM (ANALYZE)");
}

/** Paths of full pages, anywhere in the shelf's conversations. */
export async function deepPages(db: pg.Client, { shelf }: Cast, count: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string; conversation_id: string }>(
    `SELECT m.id, m.conversation_id
     FROM (SELECT (26 + random() * (last_seq - 26))::int AS seq, id
           FROM conversations, generate_series(1, $2) WHERE id = ANY($1) ORDER BY random()) c
     JOIN messages m ON m.conversation_id = c.id AND m.seq = c.seq`,
    [shelf.map(({ conversationId }) => conversationId), Math.ceil(count / shelf.length)],
  );
  return rows.map(({ id, conversation_id }) => `/api/conversations/${conversation_id}/messages?before=${id}`);
}

/** Bytes that each table and each index takes, largest first. */
export async function sizes(db: pg.Client): Promise<{ name: string; rows: number; bytes: number }[]> {
  const { rows } = await db.query<{ name: string; rows: number; bytes: string }>(
    `SELECT c.relname AS name, greatest(c.reltuples, 0)::int AS rows, pg_relation_size(c.oid) AS bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i') AND pg_relation_size(c.oid) > 100000 ORDER BY bytes DESC`,
  );
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}
