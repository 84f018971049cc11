import type pg from "pg";
import { newId } from "@/lib/server/ids";
import type { Name } from "./cast";
import { DISTRICT, GROUPS, type GroupTalk } from "./cast-groups";

/** Writes the groups of the demo, past the routes, since two thousand people would take them a while. */

type Ids = Record<Name, string>;
/** A line of a group; a quiet one where it has a notice. */
type Line = { by: string; content: string; notice: string | null };

const HOUR = 3_600_000;

export async function makeGroups(client: pg.Client, ids: Ids): Promise<void> {
  for (const talk of GROUPS) await makeGroup(client, ids, talk);
  await makeDistrict(client, ids);
}

async function makeGroup(client: pg.Client, ids: Ids, talk: GroupTalk): Promise<void> {
  const lines = linesOf(ids, talk);
  const id = await insertGroup(client, { ...talk, owner: ids[talk.people[0] as Name], count: lines.length });
  await client.query(
    `INSERT INTO participants (conversation_id, user_id, role, joined_at, read_seq)
     SELECT $1, person, CASE n WHEN 1 THEN 'owner' WHEN 2 THEN 'administrator' ELSE 'participant' END::participant_role, now() - interval '40 days', $3
     FROM unnest($2::uuid[]) WITH ORDINALITY AS p(person, n)`,
    [id, talk.people.map((name) => ids[name]), lines.length],
  );
  await client.query("UPDATE participants SET read_seq = $3, pinned = $4, muted_until = $5 WHERE conversation_id = $1 AND user_id = $2", [
    id,
    ids.ada,
    lines.length - talk.unread,
    talk.pinned ? 0 : null,
    talk.muted ? "infinity" : null,
  ]);
  await insertLines(client, id, lines, talk.ago, 90);
}

function linesOf(ids: Ids, { lines, people }: GroupTalk): Line[] {
  const made = { by: ids[people[0] as Name], content: "made the group.", notice: JSON.stringify({ kind: "created" }) };
  return lines
    .trim()
    .split("\n")
    .reduce<Line[]>(
      (all, line) => {
        const [, quiet, name, content = ""] = /^(~ )?(\w+): (.*)$/.exec(line) ?? [];
        all.push({ by: ids[name as Name], content, notice: quiet ? JSON.stringify({ kind: content }) : null });
        return all;
      },
      [made],
    );
}

/** Two thousand people at once, of whom some talk. */
async function makeDistrict(client: pg.Client, ids: Ids): Promise<void> {
  const { people, messages, unread, given, family, said } = DISTRICT;
  const count = messages + 1;
  const id = await insertGroup(client, { ...DISTRICT, access: "open", write: "everyone", owner: ids.farah, count });
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO users (id, username, username_key, name)
     SELECT uuidv7(), 'neighbour' || n, 'neighbour' || n, ($2::text[])[1 + n % $4] || ' ' || ($3::text[])[1 + n * 7 % $5]
     FROM generate_series(1, $1::int) AS n RETURNING id`,
    [people - Object.keys(ids).length, given, family, given.length, family.length],
  );
  const neighbours = rows.map((row) => row.id);
  await client.query(
    `INSERT INTO participants (conversation_id, user_id, role, joined_at, read_seq)
     SELECT $1, person, CASE WHEN person = $3 THEN 'owner' ELSE 'participant' END::participant_role, now() - interval '90 days',
            CASE WHEN person = $4 THEN $5::int ELSE $6::int END
     FROM unnest($2::uuid[]) AS p(person)`,
    [id, [...Object.values(ids), ...neighbours], ids.farah, ids.ada, count - unread, count],
  );
  const lines = Array.from({ length: messages }, (_, i) => ({
    by: neighbours[(i * 37) % 60] as string,
    content: said[i % said.length] as string,
    notice: null,
  }));
  const made = { by: ids.farah, content: "made the group.", notice: JSON.stringify({ kind: "created" }) };
  await insertLines(client, id, [made, ...lines], 0.4, 1_500);
}

type Shape = Pick<GroupTalk, "name" | "description" | "access" | "write"> & { owner: string; count: number };

async function insertGroup(client: pg.Client, { name, description, access, write, owner, count }: Shape): Promise<string> {
  const id = newId();
  await client.query("INSERT INTO conversations (id, kind, last_seq, last_message_at) VALUES ($1, 'group', $2, now())", [id, count]);
  await client.query(
    `INSERT INTO groups (conversation_id, name, description, access, who_writes, creator_id)
     VALUES ($1, $2, $3, $4::group_access, $5::group_who, $6)`,
    [id, name, description, access, write, owner],
  );
  return id;
}

/** @param seconds between two lines */
async function insertLines(client: pg.Client, id: string, lines: readonly Line[], hoursAgo: number, seconds: number): Promise<void> {
  const end = Date.now() - hoursAgo * HOUR;
  const times = lines.map((_, i) => new Date(end - (lines.length - 1 - i) * seconds * 1_000));
  await client.query(
    `INSERT INTO messages (id, conversation_id, seq, sender_id, content, notice, created_at)
     SELECT uuidv7(), $1, seq, sender, content, notice, sent_at
     FROM unnest($2::uuid[], $3::text[], $4::jsonb[], $5::timestamptz[]) WITH ORDINALITY AS m(sender, content, notice, sent_at, seq)`,
    [id, lines.map(({ by }) => by), lines.map(({ content }) => content), lines.map(({ notice }) => notice), times],
  );
  await client.query("UPDATE conversations SET last_message_at = $2, created_at = $3 WHERE id = $1", [id, times.at(-1), times[0]]);
  await client.query(
    `INSERT INTO quiet_lines (conversation_id, seq, number, said_seq)
     SELECT conversation_id, seq, row_number() OVER (ORDER BY seq),
            coalesce((SELECT max(s.seq) FROM messages s WHERE s.conversation_id = q.conversation_id AND s.notice IS NULL AND s.seq < q.seq), 0)
     FROM messages q WHERE conversation_id = $1 AND notice IS NOT NULL`,
    [id],
  );
}
