import "server-only";
import type { StreamEvent } from "@/lib/protocol/events";
import { PRESENCE_SHOWN_MAX } from "@/lib/protocol/limits";
import { query, type Statement } from "../db";
import { log } from "../log";
import type { PresenceHint } from "./hints";

/** Milliseconds that comings and goings are gathered: one statement for all of them. */
const GATHER_MS = 250;

/** Milliseconds in which a server introduces itself anew after what it said may have been missed. */
const DOUBT_MS = 3_000;

/** Milliseconds after the last stream of a user closes until they count as gone: a reload is no absence. */
const GRACE_MS = 5_000;

type Surroundings = {
  tell(hint: PresenceHint): void;
  /** Whether a user has a stream open in this process, and all who have. */
  isHere(userId: string): boolean;
  here(): Iterable<string>;
  deliver(userId: string, event: StreamEvent): void;
};

/**
 * Who is online, on any server: those with a stream open. Nothing of it is stored. Servers tell each
 * other over the hint channel, and while it is dead people on other servers merely look absent. Only
 * who shares a conversation with somebody is told of them.
 */
export class Presence {
  /** Who is online on each other server. */
  private readonly servers = new Map<number, Set<string>>();
  /** Who of them has to be named again, or has gone. */
  private readonly doubted = new Map<number, Set<string>>();
  private readonly doubts = new Set<NodeJS.Timeout>();
  /** Who was last told to be online. */
  private readonly told = new Set<string>();
  private readonly changed = new Set<string>();
  /** Who is to be told of though nothing has changed: others have come to know them. */
  private readonly met = new Set<string>();
  private readonly newcomers = new Set<string>();
  private readonly leaving = new Map<string, NodeJS.Timeout>();
  private gathering: NodeJS.Timeout | null = null;

  constructor(private readonly around: Surroundings) {}

  isOnline(userId: string): boolean {
    if (this.around.isHere(userId) || this.leaving.has(userId)) return true;
    for (const users of this.servers.values()) if (users.has(userId)) return true;
    return false;
  }

  /** Whether a user is online on one of the servers with a number below this one. */
  isOnlineBelow(server: number, userId: string): boolean {
    for (const [other, users] of this.servers) if (other < server && users.has(userId)) return true;
    return false;
  }

  /** A stream of a user has opened here. */
  came(userId: string): void {
    const leaving = this.leaving.get(userId);
    if (leaving) clearTimeout(leaving);
    else this.around.tell(`online ${userId}`);
    this.leaving.delete(userId);
    this.newcomers.add(userId);
    this.change(userId);
  }

  /** The last stream of a user has closed here. */
  left(userId: string): void {
    const timer = setTimeout(() => {
      this.leaving.delete(userId);
      this.around.tell(`offline ${userId}`);
      this.change(userId);
    }, GRACE_MS);
    this.leaving.set(userId, timer.unref());
  }

  /** With whom these share a conversation has changed: each who is here is told anew who of them is online. */
  regroup(userIds: readonly string[]): void {
    for (const userId of userIds) if (this.around.isHere(userId)) this.newcomers.add(userId);
    if (this.newcomers.size > 0) this.gather();
  }

  /** Somebody who is here has come to a group: those in it are told of them, on any server, and they of those. */
  joined(userId: string): void {
    this.around.tell(`met ${userId}`);
    this.met.add(userId);
    this.regroup([userId]);
  }

  /** What another server says. */
  heard(hint: PresenceHint, from: number): void {
    const [word, userId] = hint.split(" ");
    if (userId === undefined) return;
    const users = this.servers.get(from) ?? new Set<string>();
    this.servers.set(from, users);
    this.doubted.get(from)?.delete(userId);
    if (word === "offline") users.delete(userId);
    else users.add(userId);
    if (word === "met") this.met.add(userId);
    this.change(userId);
  }

  /** Another server is gone, and with it the streams that were open there. */
  lost(server: number): void {
    const users = this.servers.get(server) ?? [];
    this.servers.delete(server);
    this.doubted.delete(server);
    for (const userId of users) this.change(userId);
  }

  /**
   * What a server, or with null any of them, has said may have been missed, and it introduces itself anew: who was there and
   * is not named soon has gone.
   */
  doubt(server: number | null): void {
    const doubted = [...this.servers]
      .filter(([from]) => server === null || server === from)
      .map(([from, users]) => [from, new Set(users)] as const);
    for (const [from, users] of doubted) this.doubted.set(from, users);
    const timer = setTimeout(() => {
      this.doubts.delete(timer);
      // Who is doubted again meanwhile has as long again.
      const gone = doubted.filter(([from, users]) => this.doubted.get(from) === users);
      for (const [from, users] of gone) for (const userId of users) this.heard(`offline ${userId}`, from);
      for (const [from] of gone) this.doubted.delete(from);
    }, DOUBT_MS).unref();
    this.doubts.add(timer);
  }

  /** Tells the other servers who is online here. */
  introduce(): void {
    for (const userId of this.around.here()) this.around.tell(`online ${userId}`);
  }

  stop(): void {
    if (this.gathering) clearTimeout(this.gathering);
    for (const timer of [...this.leaving.values(), ...this.doubts]) clearTimeout(timer);
    this.doubts.clear();
    this.leaving.clear();
  }

  private change(userId: string): void {
    this.changed.add(userId);
    this.gather();
  }

  private gather(): void {
    this.gathering ??= setTimeout(() => void this.spread(), GATHER_MS).unref();
  }

  /** Tells the streams of this process what has changed, and newcomers all. */
  private async spread(): Promise<void> {
    this.gathering = null;
    const newcomers = new Set(this.newcomers);
    this.newcomers.clear();
    const isNews = (userId: string) => this.isOnline(userId) !== this.told.has(userId) || this.met.has(userId);
    const changed = [...new Set([...this.changed, ...this.met])].filter(isNews);
    this.changed.clear();
    this.met.clear();
    for (const userId of changed) {
      if (this.isOnline(userId)) this.told.add(userId);
      else this.told.delete(userId);
    }
    try {
      const contacts = await readContacts([...new Set([...newcomers, ...changed])]);
      for (const userId of newcomers) {
        const online = (contacts.get(userId) ?? []).filter((contact) => this.isOnline(contact));
        this.around.deliver(userId, { type: "presence", online, offline: [], complete: true });
      }
      for (const [userId, who] of comings(changed, contacts)) {
        if (newcomers.has(userId) || !this.around.isHere(userId)) continue;
        const online = who.filter((id) => this.told.has(id));
        const offline = who.filter((id) => !this.told.has(id));
        this.around.deliver(userId, { type: "presence", online, offline, complete: false });
      }
    } catch (error) {
      log.warn({ err: error }, "who is online could not be told");
    }
  }
}

const CONTACTS: Statement = {
  name: "presence_contacts",
  text: `SELECT p.user_id, array_agg(DISTINCT q.user_id) AS contacts
         FROM participants p
         JOIN conversations c ON c.id = p.conversation_id AND c.last_seq > 0
         LEFT JOIN groups g ON g.conversation_id = c.id
         JOIN participants q ON q.conversation_id = p.conversation_id AND q.user_id <> p.user_id
         WHERE p.user_id = ANY($1::uuid[]) AND coalesce(g.participant_count, 0) <= ${PRESENCE_SHOWN_MAX}
         GROUP BY p.user_id`,
};

/**
 * With whom each of these users shares a conversation. One without a message does not count: it is on nobody's list,
 * and whoever wants to watch a stranger could start it unseen. Nor does a large group, which whoever wants to could join.
 */
async function readContacts(userIds: string[]): Promise<Map<string, string[]>> {
  if (userIds.length === 0) return new Map();
  const rows = await query<{ user_id: string; contacts: string[] }>(CONTACTS, [userIds]);
  return new Map(rows.map((row) => [row.user_id, row.contacts]));
}

/** For each who is to be told: which of the changed they share a conversation with. */
function comings(changed: string[], contacts: Map<string, string[]>): Map<string, string[]> {
  const told = new Map<string, string[]>();
  for (const userId of changed) {
    for (const contact of contacts.get(userId) ?? []) {
      const who = told.get(contact);
      if (who) who.push(userId);
      else told.set(contact, [userId]);
    }
  }
  return told;
}
