import type pg from "pg";
import { migrate } from "@/lib/host/migrate";
import { withDatabase } from "@/lib/host/open-database";
import { findFreePort } from "@/lib/host/port";
import { type Settings, settings } from "@/lib/host/settings";
import { StartError } from "@/lib/host/start-error";
import { DatabaseClient } from "@/lib/server/database-client";
import { newId } from "@/lib/server/ids";
import { type Name, NEVER_ENDING, PEOPLE, TALKS, type Talk } from "./cast";
import { makeGroups } from "./demo-groups";

/**
 * Fills the database of `npm run demo` with the cast and what they have said, unless somebody lives in it already, and
 * finds it a port, since a Parley that one uses may have the usual one.
 */

type Line = { by: Name; content: string };

const HOUR = 3_600_000;

async function fill(url: string): Promise<void> {
  await migrate(url);
  const client = new DatabaseClient({ connectionString: url, application_name: "parley demo" });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT FROM users LIMIT 1");
    if (rowCount) return;
    await client.query("BEGIN");
    const ids = await makePeople(client);
    for (const talk of TALKS) await makeConversation(client, ids, talk, linesOf(talk));
    const { between, count, said } = NEVER_ENDING;
    const lines = Array.from({ length: count }, (_, i) => ({ by: between[i % 2] as Name, content: said[i % said.length] as string }));
    await makeConversation(client, ids, { between, ago: 0.3 }, lines);
    await makeGroups(client, ids);
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

async function makePeople(client: pg.Client): Promise<Record<Name, string>> {
  const ids = {} as Record<Name, string>;
  for (const [username, name] of Object.entries(PEOPLE)) {
    ids[username as Name] = newId();
    await client.query("INSERT INTO users (id, username, username_key, name) VALUES ($1, $2, $2, $3)", [
      ids[username as Name],
      username,
      name,
    ]);
  }
  return ids;
}

function linesOf({ lines }: Talk): Line[] {
  const messages: Line[] = [];
  for (const line of lines.trim().split("\n")) {
    const said = /^(\w+): (.*)$/.exec(line);
    const last = messages.at(-1);
    if (said) messages.push({ by: said[1] as Name, content: said[2] as string });
    else if (last) last.content += `\n${line.slice(1)}`;
  }
  return messages;
}

async function makeConversation(client: pg.Client, ids: Record<Name, string>, talk: Omit<Talk, "lines">, lines: Line[]): Promise<void> {
  const [one, other] = talk.between;
  const id = newId();
  const times = timesOf(lines.length, Date.now() - talk.ago * HOUR);
  const directKey = [ids[one], ids[other]].sort().join(":");
  await client.query(
    "INSERT INTO conversations (id, kind, direct_key, last_seq, last_message_at, created_at) VALUES ($1, 'direct', $2, $3, $4, $5)",
    [id, directKey, lines.length, times.at(-1), times[0]],
  );
  await client.query("INSERT INTO participants (conversation_id, user_id, read_seq) VALUES ($1, $2, $3), ($1, $4, $5)", [
    id,
    ids[one],
    lines.length,
    ids[other],
    lines.length - (talk.unread ?? 0),
  ]);
  await client.query(
    `INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at)
     SELECT message_id, $1, seq, sender, content, sent_at
     FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[]) WITH ORDINALITY AS m(message_id, sender, content, sent_at, seq)`,
    [id, lines.map(() => newId()), lines.map(({ by }) => ids[by]), lines.map(({ content }) => content), times],
  );
}

/** People answer within a minute or two, and sleep at night: after every 30 messages comes a pause of hours. */
function timesOf(count: number, end: number): Date[] {
  const times: Date[] = [];
  for (let i = 0, at = end; i < count; i++) {
    times.unshift(new Date(at));
    at -= (i % 30 === 29 ? 9 * HOUR : 0) + 20_000 + ((i * 7_919) % 100_000);
  }
  return times;
}

async function takeFreePort({ PORT, HOST }: Settings): Promise<void> {
  const port = await findFreePort(PORT, HOST);
  if (port !== PORT) console.log(`Port ${PORT} is in use, so the demo takes ${port}.`);
  process.env.PORT = String(port);
}

try {
  await withDatabase(settings(), fill);
  await takeFreePort(settings());
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}
