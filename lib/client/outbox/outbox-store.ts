import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Unsent } from "../store/unsent";

export type OutboxStore = {
  readonly durable: boolean;
  all(userId: string): Promise<Unsent[]>;
  put(item: Unsent): Promise<void>;
  remove(clientId: string): Promise<void>;
  /** All of a person's. */
  clear(userId: string): Promise<void>;
};

interface Schema extends DBSchema {
  outbox: { key: string; value: Unsent; indexes: { user: string } };
}

/**
 * IndexedDB, written before a request leaves. Where it is missing or breaks (a private window, a full disk)
 * `onBroken` says so once, and unsent messages live as long as their page.
 */
export function createOutboxStore(onBroken: () => void): OutboxStore {
  let opened: Promise<IDBPDatabase<Schema>> | null = null;
  let broken = false;

  function database(): Promise<IDBPDatabase<Schema>> {
    opened ??= openDB<Schema>("parley", 1, {
      upgrade: (db) => db.createObjectStore("outbox", { keyPath: "clientId" }).createIndex("user", "userId"),
      // A later version of Parley in another tab wants to upgrade: make way, and open again when next needed.
      blocking: (_current, _next, event) => {
        (event.target as IDBDatabase).close();
        opened = null;
      },
      terminated: () => {
        opened = null;
      },
    });
    return opened;
  }

  async function use(work: (db: IDBPDatabase<Schema>) => Promise<unknown>): Promise<void> {
    if (broken) return;
    try {
      await work(await database());
    } catch {
      broken = true;
      onBroken();
    }
  }

  return {
    get durable() {
      return !broken;
    },
    async all(userId) {
      let rows: Unsent[] = [];
      await use(async (db) => {
        rows = await db.getAllFromIndex("outbox", "user", userId);
      });
      return rows.sort((a, b) => a.order - b.order);
    },
    put: (item) => use((db) => db.put("outbox", item)),
    remove: (clientId) => use((db) => db.delete("outbox", clientId)),
    clear: (userId) =>
      use(async (db) => {
        for (const clientId of await db.getAllKeysFromIndex("outbox", "user", userId)) await db.delete("outbox", clientId);
      }),
  };
}
