import type { Conversation } from "@/lib/protocol/conversations";
import type { Message } from "@/lib/protocol/messages";
import { newId } from "@/lib/server/ids";
import { sql } from "./database";
import { type Person, person, type RequestOptions } from "./person";

/** What people do to arrange a test, through the API; each throws unless it succeeds. */

/** The direct conversation of two people, new or not. */
export async function talk(one: Person, other: Person): Promise<Conversation> {
  return answer(await one.fetch("/api/conversations", { method: "POST", json: { username: other.username } }), 201, 302);
}

/** Two new people and their conversation. */
export async function pair(): Promise<{ one: Person; other: Person; id: string }> {
  const [one, other] = await Promise.all([somebody(), somebody()]);
  return { one, other, id: (await talk(one, other)).id };
}

/** A person with a name that nobody else has. */
export function somebody(): Promise<Person> {
  return person(`p-${newId().slice(-12)}`);
}

/** A group of some people, or of very many, in which nothing has been said, not even that it was made. */
export async function group(...people: Pick<Person, "id">[]): Promise<string> {
  const id = newId();
  await sql("INSERT INTO conversations (id, kind) VALUES ($1, 'group')", [id]);
  await sql("INSERT INTO groups (conversation_id, name, creator_id) VALUES ($1, 'A group', $2)", [id, people[0]?.id]);
  await sql("INSERT INTO participants (conversation_id, user_id) SELECT $1, unnest($2::uuid[])", [id, people.map((p) => p.id)]);
  return id;
}

/** Takes somebody out of a conversation behind the server's back, as the database alone can. */
export async function remove({ id: userId }: Person, id: string): Promise<void> {
  await sql("DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2", [id, userId]);
}

export async function send(sender: Person, id: string, content: string, clientId?: string): Promise<Message> {
  return answer(await sendRequest(sender, id, { content, clientId }), 200, 201);
}

/** `count` messages, "1" to `count`, all of one sender. */
export async function sendMany(sender: Person, id: string, count: number): Promise<Message[]> {
  const sent: Message[] = [];
  for (let i = 1; i <= count; i++) sent.push(await send(sender, id, String(i)));
  return sent;
}

/** The first messages of a conversation in one statement, as many sends would have left them. */
export async function fill(conversationId: string, sender: Pick<Person, "id">, count: number, content: string): Promise<void> {
  await sql(
    `WITH sent AS (
       INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at)
       SELECT gen_random_uuid(), $1, n, $2, $4, now() FROM generate_series(1, $3::int) n RETURNING id, seq
     ), counted AS (UPDATE conversations SET last_seq = $3 WHERE id = $1)
     INSERT INTO events (xid, type, conversation_id, message_id, user_id, seq)
     SELECT pg_current_xact_id()::text::bigint, 'message', $1, id, $2, seq FROM sent ORDER BY seq`,
    [conversationId, sender.id, count, content],
  );
}

/** The bare request, for what may fail. */
export function sendRequest(sender: Person, id: string, json: unknown): Promise<Response> {
  return sender.fetch(`/api/conversations/${id}/messages`, { method: "POST", json });
}

/** `query` as it stands in the address, such as "?before=…". */
export async function messagesOf(viewer: Person, id: string, query = ""): Promise<Message[]> {
  return answer(await viewer.fetch(`/api/conversations/${id}/messages${query}`), 200);
}

export async function conversation(viewer: Person, id: string): Promise<Conversation> {
  return answer(await viewer.fetch(`/api/conversations/${id}`), 200);
}

export async function conversationsOf(viewer: Person, query = ""): Promise<Conversation[]> {
  return answer(await viewer.fetch(`/api/conversations${query}`), 200);
}

export function readRequest(reader: Person, id: string, options: RequestOptions = {}): Promise<Response> {
  return reader.fetch(`/api/conversations/${id}/read_messages`, { method: "POST", ...options });
}

/** All up to now, or up to a message, counts as read. */
export async function read(reader: Person, id: string, upTo?: string): Promise<void> {
  const response = await readRequest(reader, id, upTo === undefined ? {} : { json: { upTo } });
  if (response.status !== 204) throw new Error(`${response.status}: ${await response.text()}`);
}

/** What a request was answered with; throws unless it was one of these statuses. */
export async function answer<T>(response: Response, ...expected: number[]): Promise<T> {
  if (!expected.includes(response.status)) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}
