import "server-only";
import { isRefused, isUniqueViolation, query, type Statement } from "./db";
import { tooBusy } from "./http/errors";
import { inTurn } from "./in-turn";
import { SEND_APART, SEND_TOGETHER, SEND_WAITING, type SentRow } from "./send-statements";
import { single } from "./single";
import { together } from "./together";

/** How messages come into the database, as many by one statement as wait: of one conversation, and of others. */

/** Two runs keep the database busy while the answers of one go out, where there is enough for two. */
const TOGETHER = { atOnce: 2, worth: 8, most: 64, waitingMax: 10_000, regatherMs: 20 };

/** Messages of one conversation that one statement writes, beside those of others. */
const OF_ONE_MAX = 32;

/** Messages that wait to be written; what comes on top is refused with 503. */
const WAITING_MAX = 10_000;

export type Unsent = { conversationId: string; senderId: string; id: string; content: string; clientId: string | null };

type Written = SentRow & { seq: number };

type Sending = { unsent: Unsent; resolve(written: Written | null): void; reject(error: unknown): void };

/** What waits for the turn of its conversation, by conversation. */
const waiting = () => single("waiting sends", () => ({ next: new Map<string, Sending[]>(), count: 0 }));

/**
 * Writes a message, with all others that wait for the turn of its conversation; committed when this resolves. Null where its
 * sender has no place, or may not write. Rejects with 503 where too much waits.
 */
export function write(unsent: Unsent): Promise<Written | null> {
  const { conversationId } = unsent;
  const line = waiting();
  if (line.count >= WAITING_MAX) throw tooBusy();
  line.count++;
  return new Promise<Written | null>((resolve, reject) => {
    const before = line.next.get(conversationId);
    if (before && before.length < OF_ONE_MAX) return void before.push({ unsent, resolve, reject });
    const all: Sending[] = [{ unsent, resolve, reject }];
    line.next.set(conversationId, all);
    const leave = () => line.next.get(conversationId) === all && line.next.delete(conversationId);
    const begin = () => {
      leave();
      return writeAll(all.map((one) => one.unsent));
    };
    const fail = (error: unknown) => {
      leave();
      for (const one of all) one.reject(error);
    };
    inTurn(conversationId, begin).then((written) => all.forEach((one, i) => void one.resolve(written[i] ?? null)), fail);
  }).finally(() => line.count--);
}

/**
 * Writes messages of one conversation, together with those of others. What cannot be written with them is written after them:
 * where the conversation is held by another server, others should not wait for it; and a message that is refused should not
 * refuse others.
 */
async function writeAll(unsent: Unsent[]): Promise<(Written | null)[]> {
  const rows = await writeTogether()(unsent);
  const isDue = ({ id }: Unsent) => rows === "refused" || rows.some((row) => row.id === id && row.seq === null);
  const due = unsent.filter(isDue);
  const all = rows === "refused" ? await writeEach(due) : [...rows, ...(await writeWaiting(due))];
  const written = new Map(all.flatMap((row) => (row.seq === null ? [] : [[row.id, row as Written]])));
  return unsent.map(({ id }) => written.get(id) ?? null);
}

async function writeWaiting(unsent: Unsent[]): Promise<SentRow[]> {
  if (unsent.length === 0) return [];
  const rows = await run(SEND_WAITING, unsent);
  return rows === "refused" ? writeEach(unsent) : rows;
}

async function writeEach(unsent: Unsent[]): Promise<SentRow[]> {
  const rows: SentRow[] = [];
  for (const one of unsent) {
    const alone = () => query<SentRow>(SEND_WAITING, columns([one]));
    // The same client id at the same instant: the other has been committed, and is found now.
    rows.push(...(await alone().catch((error) => (isUniqueViolation(error) ? alone() : Promise.reject(error)))));
  }
  return rows;
}

/** Each item is what waits in one conversation. */
const writeTogether = () =>
  single("sends", () =>
    together<Unsent[], SentRow[] | "refused">(TOGETHER, async (items) => {
      const rows = await run(items.every(({ length }) => length === 1) ? SEND_APART : SEND_TOGETHER, items.flat());
      if (rows === "refused") return items.map(() => rows);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return items.map((unsent) => unsent.flatMap(({ id }) => byId.get(id) ?? []));
    }),
  );

/** Of what has no place there is no row. Where the database refuses one of them, it refuses all. */
async function run(statement: Statement, unsent: Unsent[]): Promise<SentRow[] | "refused"> {
  try {
    return await query<SentRow>(statement, columns(unsent));
  } catch (error) {
    if (!isRefused(error)) throw error;
    return "refused";
  }
}

function columns(unsent: Unsent[]): unknown[][] {
  return (["conversationId", "senderId", "id", "content", "clientId"] as const).map((name) => unsent.map((one) => one[name]));
}
