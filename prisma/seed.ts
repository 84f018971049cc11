import { parseArgs } from "node:util";
import type pg from "pg";
import { z } from "zod";
import { migrate } from "@/lib/host/migrate";
import { withDatabase } from "@/lib/host/open-database";
import { settings } from "@/lib/host/settings";
import { StartError } from "@/lib/host/start-error";
import { DatabaseClient } from "@/lib/server/database-client";

/**
 * `npm run seed -- --users N --prefix p --messages M`: users p0000, p0001, … and M more messages spread over direct
 * conversations among them. Everything is made inside PostgreSQL, in short transactions, so that a server that runs
 * on the same database goes on serving.
 */
const Options = z.object({
  users: z.coerce.number().int().min(2, "at least 2 people make a conversation").max(1_000_000).default(100),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,20}$/, "is made of letters, digits, dots, dashes and underscores")
    .default("p"),
  messages: z.coerce.number().int().min(0).max(100_000_000).default(10_000),
});
type Options = z.infer<typeof Options>;

/** Each user talks with this many of those who come next, as far as there are others. */
const NEIGHBOURS = 5;

/** Messages in one transaction: under a second, for the sake of a server that sends meanwhile. */
const SLICE = 20_000;

/** One conversation in this many is ten times as lively as the rest. */
const LIVELY = 20;

const PHRASES = [
  "Are you there?",
  "On my way.",
  "That works for me 👍",
  "Let me check and come back to you.",
  "Ha, exactly!",
  "Did you see the notes from this morning?",
  "I'll be ten minutes late, sorry.",
  "https://example.org/minutes/2026",
  "Could you send me the photos from the weekend?",
  "No hurry at all.",
  "I think we should ask the others first.",
  "The train stands still somewhere between two fields.",
  "Thank you so much!",
  "Lunch tomorrow?",
  "🎉🎉🎉",
  "It rained the whole day and nobody minded.",
  "Let us decide on Thursday.",
  "What a week.",
  "Same here.",
  "I have read it twice and I still like the second version better.",
  "Good night!",
  "Call me when you can.",
];

async function seed(url: string, options: Options): Promise<void> {
  await migrate(url);
  const client = new DatabaseClient({ connectionString: url, application_name: "parley seed" });
  await client.connect();
  try {
    await makeUsers(client, options);
    const conversations = await makePlan(client, options);
    await makeMessages(client, options.messages);
    await client.query("ANALYZE users, conversations, participants, messages");
    const count = (n: number) => n.toLocaleString("en");
    console.log(`${count(options.users)} users, ${count(conversations)} conversations, ${count(options.messages)} more messages.`);
  } finally {
    await client.end();
  }
}

/** A UUIDv7 of the given time, as lib/server/ids.ts makes them; PostgreSQL has its own only from version 18 on. */
const uuidv7 = (time: string) => `(lpad(to_hex((extract(epoch FROM ${time}) * 1000)::bigint), 12, '0') || '7'
  || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid`;

async function makeUsers(client: pg.Client, { users, prefix }: Options): Promise<void> {
  const digits = Math.max(4, String(users - 1).length);
  await client.query(
    `CREATE TEMP TABLE seeded AS
       SELECT i, $1 || lpad(i::text, $2, '0') AS username FROM generate_series(0, $3 - 1) AS i`,
    [prefix, digits, users],
  );
  await client.query(`INSERT INTO users (id, username, username_key)
    SELECT ${uuidv7("now()")}, username, lower(username) FROM seeded ON CONFLICT (username_key) DO NOTHING`);
}

/** The conversations that are to get messages, and how many; those that are missing are made. Returns their number. */
async function makePlan(client: pg.Client, { users, messages }: Options): Promise<number> {
  await client.query(
    `CREATE TEMP TABLE pairs AS
       SELECT DISTINCT ON (key) a, b, key FROM (
         SELECT one.id AS a, other.id AS b, least(one.id::text, other.id::text) || ':' || greatest(one.id::text, other.id::text) AS key
         FROM seeded AS s
         CROSS JOIN generate_series(1, least($1, $2 - 1)) AS step
         JOIN seeded AS t ON t.i = (s.i + step) % $2
         JOIN users AS one ON one.username_key = lower(s.username)
         JOIN users AS other ON other.username_key = lower(t.username)
       ) AS all_pairs`,
    [NEIGHBOURS, users],
  );
  await client.query("BEGIN");
  await client.query(`INSERT INTO conversations (id, kind, direct_key)
    SELECT ${uuidv7("now()")}, 'direct', key FROM pairs ON CONFLICT (direct_key) DO NOTHING`);
  await client.query(`INSERT INTO participants (conversation_id, user_id)
    SELECT c.id, someone FROM pairs JOIN conversations AS c ON c.direct_key = key CROSS JOIN LATERAL (VALUES (a), (b)) AS both_of(someone)
    ON CONFLICT DO NOTHING`);
  await client.query("COMMIT");
  await client.query(
    `CREATE TEMP TABLE plan AS
       WITH weighed AS (
         SELECT c.id, a, b, CASE WHEN row_number() OVER () % $2 = 0 THEN 10 ELSE 1 END AS weight
         FROM pairs JOIN conversations AS c ON c.direct_key = key
       ), summed AS (
         SELECT *, sum(weight) OVER (ORDER BY id) AS upto, sum(weight) OVER () AS total FROM weighed
       )
       SELECT id, a, b, ($1 * upto / total)::bigint - ($1 * (upto - weight) / total)::bigint AS n FROM summed`,
    [messages, LIVELY],
  );
  const { rows } = await client.query<{ count: string }>("SELECT count(*) FROM plan");
  return Number(rows[0]?.count);
}

/**
 * In the order of time over all conversations, as messages come in life: a page of one then lies scattered over the
 * table, which is what a measurement has to see.
 */
async function makeMessages(client: pg.Client, messages: number): Promise<void> {
  const slices = Math.ceil(messages / SLICE);
  // Time goes on from the last seeding; the first one fills the last 90 days.
  const { rows } = await client.query<{ seconds: number }>(`
    SELECT extract(epoch FROM now() - greatest(max(last_message_at), now() - interval '90 days'))::float AS seconds
    FROM plan JOIN conversations USING (id)`);
  const seconds = rows[0]?.seconds;
  for (let slice = 0; slice < slices; slice++) {
    await client.query(
      `WITH due AS (
         SELECT id, a, b, (n * ($1::bigint + 1) / $2) - (n * $1::bigint / $2) AS k FROM plan
       ), moved AS (
         UPDATE conversations AS c
         SET last_seq = c.last_seq + k, last_message_at = now() - make_interval(secs => ($2 - 1 - $1::int) * $4::float / $2)
         FROM due WHERE c.id = due.id AND k > 0
         RETURNING c.id, a, b, k, c.last_seq - k AS seq_before, c.last_message_at
       ), caught_up AS (
         UPDATE participants AS p
         SET read_seq = greatest(read_seq, seq_before + k - CASE WHEN random() < 0.2 THEN least(k, floor(random() * 12)) ELSE 0 END)
         FROM moved WHERE p.conversation_id = moved.id
       )
       INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at)
       SELECT ${uuidv7("sent_at")}, id, seq_before + i, CASE WHEN random() < 0.5 THEN a ELSE b END,
              ($3::text[])[(1 + floor(random() * cardinality($3::text[])))::int] || CASE WHEN random() < 0.3 THEN ' ' || ($3::text[])[(1 + floor(random() * cardinality($3::text[])))::int] ELSE '' END,
              sent_at
       FROM moved CROSS JOIN LATERAL generate_series(1, k) AS i
       CROSS JOIN LATERAL (SELECT last_message_at - make_interval(secs => (k - i) * $4::float / $2 / k) AS sent_at) AS times
       ORDER BY sent_at`,
      [slice, slices, PHRASES, seconds],
    );
    if (process.stdout.isTTY) process.stdout.write(`\r${Math.round(((slice + 1) / slices) * 100)} % `);
  }
  if (process.stdout.isTTY) process.stdout.write("\r");
}

try {
  const { values } = parseArgs({ options: { users: { type: "string" }, prefix: { type: "string" }, messages: { type: "string" } } });
  const options = Options.safeParse(values);
  if (!options.success) throw new StartError(options.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`).join("; "));
  await withDatabase(settings(), (url) => seed(url, options.data));
  process.exit(0);
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}
