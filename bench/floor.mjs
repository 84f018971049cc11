/**
 * What Node and PostgreSQL themselves cost: the calls that the benchmark makes, on a bare `node:http`, the same
 * tables, statements and durability, and answers of the same shape. It checks nothing that it is not asked to,
 * knows its people from a file, and serves one process.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import pg from "pg";

const { PORT, DATABASE_URL, PEOPLE } = process.env;
const people = new Map(Object.entries(JSON.parse(readFileSync(PEOPLE, "utf8"))));
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
const streams = new Map();

const MESSAGE = "m.id, m.conversation_id, m.seq, m.content, m.client_id, m.created_at, u.id AS user_id, u.username, u.name, u.avatar_id";

const SEND = `
  WITH place AS (SELECT conversation_id FROM participants WHERE conversation_id = $1 AND user_id = $2),
  numbered AS (
    UPDATE conversations c SET last_seq = c.last_seq + 1, last_message_at = clock_timestamp()
    FROM place WHERE c.id = place.conversation_id RETURNING c.last_seq AS seq, c.last_message_at AS created_at),
  sent AS (
    INSERT INTO messages (id, conversation_id, seq, sender_id, content, client_id, created_at)
    SELECT $3, $1, seq, $2, $4, $5, created_at FROM numbered),
  read AS (UPDATE participants p SET read_seq = n.seq FROM numbered n WHERE p.conversation_id = $1 AND p.user_id = $2),
  logged AS (
    INSERT INTO events (xid, type, conversation_id, message_id, user_id, seq)
    SELECT pg_current_xact_id()::text::bigint, 'message', $1, $3, $2, seq FROM numbered RETURNING id)
  SELECT n.seq, n.created_at, l.id, (SELECT array_agg(user_id) FROM participants WHERE conversation_id = $1) AS audience
  FROM numbered n, logged l`;

const page = (condition) => `
  SELECT ${MESSAGE} FROM participants p
  JOIN LATERAL (SELECT * FROM messages WHERE conversation_id = p.conversation_id ${condition} ORDER BY seq DESC LIMIT 25) m ON true
  JOIN users u ON u.id = m.sender_id
  WHERE p.conversation_id = $1 AND p.user_id = $2 ORDER BY m.seq DESC`;
const FIRST = page("");
const DEEP = page("AND seq < (SELECT seq FROM messages WHERE id = $3)");

const LIST = `
  SELECT c.id AS list_id, c.kind, c.last_seq, c.read_seq, c.last_message_at, c.from_seq, c.notify, c.pinned, c.version AS place_version,
         ${MESSAGE}, o.user_id AS other_id, o.username AS other_username,
         o.name AS other_name, o.read_seq AS other_read_seq
  FROM (SELECT c.*, p.read_seq, p.from_seq, p.notify, p.pinned, p.version FROM participants p JOIN conversations c ON c.id = p.conversation_id
        WHERE p.user_id = $1 AND c.last_seq > 0 ORDER BY c.last_message_at DESC, c.id DESC LIMIT 25) c
  JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq JOIN users u ON u.id = m.sender_id
  LEFT JOIN LATERAL (
    SELECT q.user_id, q.read_seq, v.username, v.name FROM participants q JOIN users v ON v.id = q.user_id
    WHERE c.kind = 'direct' AND q.conversation_id = c.id AND q.user_id <> $1) o ON true
  ORDER BY c.last_message_at DESC, c.id DESC`;

const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows;

/** A UUIDv7, so that the index grows at its end. */
function newId() {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

function toMessage(row, viewer) {
  const mine = row.user_id === viewer;
  return {
    id: row.id,
    conversationId: row.conversation_id,
    seq: row.seq,
    content: row.content,
    createdAt: row.created_at.toISOString(),
    mine,
    sender: { id: row.user_id, username: row.username, name: row.name, avatarURL: row.avatar_id },
    clientId: mine ? row.client_id : undefined,
  };
}

async function send(user, conversation, { content, clientId }) {
  const id = newId();
  const [sent] = await rows("send", SEND, [conversation, user.id, id, content.trim(), clientId]);
  const row = {
    ...sent,
    id,
    conversation_id: conversation,
    content,
    client_id: clientId,
    user_id: user.id,
    username: user.username,
    name: null,
    avatar_id: null,
  };
  const own = JSON.stringify(toMessage(row, user.id));
  const others = `id: ${sent.id}\ndata: ${JSON.stringify(toMessage(row, null))}\n\n`;
  for (const reader of sent.audience) {
    const frame = reader === user.id ? `event: sent\nid: ${sent.id}\ndata: ${own}\n\n` : others;
    for (const stream of streams.get(reader) ?? []) stream.write(frame);
  }
  return own;
}

function openStream(user, outgoing) {
  outgoing.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform" });
  outgoing.write("retry: 2000\n\n");
  const own = streams.get(user.id) ?? new Set();
  streams.set(user.id, own.add(outgoing));
  outgoing.on("close", () => own.delete(outgoing));
}

async function list(user) {
  const found = await rows("list", LIST, [user.id]);
  return found.map((row) => ({
    id: row.list_id,
    kind: row.kind,
    otherParticipant: { id: row.other_id, username: row.other_username, name: row.other_name, avatarURL: null },
    lastMessage: toMessage(row, user.id),
    hasUnreadMessages: row.last_seq > row.read_seq,
    unreadCount: row.last_seq - row.read_seq,
    readSeq: row.read_seq,
    otherReadSeq: row.other_read_seq,
    group: null,
    role: null,
    lastSeq: row.last_seq,
    fromSeq: row.from_seq,
    listedAt: row.last_message_at.toISOString(),
    muted: "no",
    notify: row.notify,
    pinned: row.pinned,
    archived: false,
    placeVersion: row.place_version,
  }));
}

async function readPage(user, conversation, before) {
  const found = before ? await rows("deep", DEEP, [conversation, user.id, before]) : await rows("first", FIRST, [conversation, user.id]);
  return found.map((row) => toMessage(row, user.id));
}

function bodyOf(incoming) {
  return new Promise((resolve) => {
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
  });
}

function answer(outgoing, status, json) {
  outgoing.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(json) });
  outgoing.end(json);
}

createServer(async (incoming, outgoing) => {
  const [path, search] = incoming.url.split("?");
  const [, , calls, id] = path.split("/");
  const user = people.get(incoming.headers.authorization?.slice(7));
  if (!user) return answer(outgoing, 401, "{}");
  if (calls === "messages") return openStream(user, outgoing);
  if (incoming.method === "POST") return answer(outgoing, 201, await send(user, id, await bodyOf(incoming)));
  const value = id ? await readPage(user, id, search?.slice("before=".length)) : await list(user);
  answer(outgoing, 200, JSON.stringify(value));
}).listen(Number(PORT), "127.0.0.1");
