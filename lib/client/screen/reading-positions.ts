import { keysOf } from "../outbox/storage";

/** Where a reader was in a conversation: the message at the top of the screen, and how far down from there it began. */
export type ReadingPosition = { seq: number; messageId: string; offset: number };

/** Conversations whose position is kept; of more, the one left longest ago starts at its end. */
const KEPT = 20;

const PREFIX = "parley.places.";

/**
 * The positions in conversations that are read further up than their end, for coming back to. They outlive a reload, in
 * the storage of this tab; where there is none they end with the page.
 */
export function createReadingPositions(options: { userId: string; storage: Storage | undefined }) {
  let { storage } = options;
  const key = PREFIX + options.userId;
  let positions: Map<string, ReadingPosition> | null = null;

  function held(): Map<string, ReadingPosition> {
    positions ??= new Map(stored());
    return positions;
  }

  function stored(): [string, ReadingPosition][] {
    try {
      return JSON.parse(storage?.getItem(key) ?? "[]");
    } catch {
      return [];
    }
  }

  return {
    get: (id: string): ReadingPosition | null => held().get(id) ?? null,
    /** Null: at the end. */
    keep(id: string, position: ReadingPosition | null): void {
      const map = held();
      map.delete(id);
      if (position) map.set(id, position);
      for (const oldest of map.keys()) if (map.size > KEPT) map.delete(oldest);
    },
    flush(): void {
      if (!positions) return;
      try {
        if (positions.size === 0) storage?.removeItem(key);
        else storage?.setItem(key, JSON.stringify([...positions]));
      } catch {
        // Full, or closed: the next visit begins at the end.
      }
    },
    /** Nothing of this person stays here, whatever this page still takes note of before it ends. */
    forget(): void {
      held().clear();
      storage?.removeItem(key);
      storage = undefined;
    },
    /** What others have left, whose session here has ended. */
    forgetOthers(): void {
      for (const other of keysOf(storage, PREFIX)) if (other !== key) storage?.removeItem(other);
    },
  };
}
