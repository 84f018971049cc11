import "server-only";
import { isRefused, isUniqueViolation, query, type Statement } from "./db";
import { tooBusy } from "./http/errors";
import { inTurn } from "./in-turn";
import { SEND_APART, SEND_TOGETHER, SEND_WAITING, type SentRow } from "./send-statements";
import { single } from "./single";
import { together } from "./together";

/** How messages come into the database, as many by one statement as wait: of one conversation, and of others. */

/** Messages that wait to be written; what comes on top is refused with 503. */
const WAITING_MAX = 10_000;

/** Two runs keep the database busy while the answers of one go out, where there is enough for two. Each writes so many messages at most. */
const TOGETHER = { atOnce: 2, worth: 8, most: 128, waitingMax: WAITING_MAX, regatherMs: 20, weigh: ({ length }: Unsent[]) => length };

/** Messages of one conversation that one statement writes. */
const OF_ONE_MAX = 32;

export type Unsent = { conversationId: string; senderId: string; id: string; content: string; clientId: string | null };

type Written = SentRow & { seq: number };

type Sending = { unsent: Unsent; resolve(written: Written | null): void; reject(error: unknown): void };

/** The messages that have the next turn of their conversation, by conversation. */
const waiting = () => single("waiting sends", () => ({ next: new Map<string, Sending[]>(), count: 0 }));

/**
 * Writes a message, with all others that wait for the turn of its conversation; committed when this resolves. Null where its
 * sender has no place, or may not write. Rejects with 503 where too much waits.
 */
export function write(unsent: Unsent): Promise<Written | null> {
  const { conversationId } = unsent;
  const { next } = waiting();
  if (waiting().count >= WAITING_MAX) throw tooBusy();
  waiting().count++;
  return new Promise<Written | null>((resolve, reject) => {
    const before = next.get(conversationId);
    if (before && takes(before, unsent)) return void before.push({ unsent, resolve, reject });
    const all: Sending[] = [{ unsent, resolve, reject }];
    next.set(conversationId, all);
    const leave = () => next.get(conversationId) === all && next.delete(conversationId);
    inTurn(conversationId, () => {
      leave();
      return writeAll(all);
    }).catch((error) => {
      leave();
      for (const one of all) one.reject(error);
    });
  }).finally(() => waiting().count--);
}

/** The same message twice is not written by one statement, which the database would refuse for all that are in it. */
function takes(all: readonly Sending[], { senderId, clientId }: Unsent): boolean {
  const isSame = ({ unsent }: Sending) => clientId !== null && unsent.clientId === clientId && unsent.senderId === senderId;
  return all.length < OF_ONE_MAX && !all.some(isSame);
}

/**
 * Writes messages of one conversation, together with those of others, and answers each as soon as it is known what became of
 * it. What cannot be written with them is written after them: where the conversation is held by another server, others
 * should not wait for it; and a message that is refused should not refuse others.
 */
async function writeAll(all: readonly Sending[]): Promise<void> {
  const first = await writeTogether()(all.map(({ unsent }) => unsent));
  const due = first === "refused" ? all : settle(all, first);
  if (due.length === 0) return;
  const unsent = due.map((one) => one.unsent);
  const second = first === "refused" ? first : await run(SEND_WAITING, unsent);
  if (second !== "refused") for (const { resolve } of settle(due, second)) resolve(null);
  else for (const one of due) await writeAlone(one);
}

/** Answers what was written, and what has no place. Returns the others: those whose conversation was held, or who may not write. */
function settle(all: readonly Sending[], rows: readonly SentRow[]): Sending[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return all.filter(({ unsent, resolve }) => {
    const row = byId.get(unsent.id);
    if (row?.seq === null) return true;
    resolve((row as Written | undefined) ?? null);
    return false;
  });
}

async function writeAlone({ unsent, resolve, reject }: Sending): Promise<void> {
  const write = () => query<SentRow>(SEND_WAITING, columns([unsent]));
  try {
    // The same client id at the same instant: the other has been committed, and is found now.
    const [row] = await write().catch((error) => (isUniqueViolation(error) ? write() : Promise.reject(error)));
    resolve(row && row.seq !== null ? (row as Written) : null);
  } catch (error) {
    reject(error);
  }
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

function columns(unsent: readonly Unsent[]): unknown[][] {
  return (["conversationId", "senderId", "id", "content", "clientId"] as const).map((name) => unsent.map((one) => one[name]));
}
