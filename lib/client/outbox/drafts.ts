import { keysOf } from "./storage";

/** Milliseconds without a keystroke after which a draft is written down. */
const REST_MS = 500;

const PREFIX = "parley draft ";

/** Drafts of one person in this browser, by conversation. Where localStorage is closed they end with the page. */
export function createDrafts(options: { userId: string; storage: Storage | undefined }) {
  const { storage } = options;
  const prefix = `${PREFIX}${options.userId} `;
  const unwritten = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    for (const [id, text] of unwritten) {
      try {
        if (text === "") storage?.removeItem(prefix + id);
        else storage?.setItem(prefix + id, text);
      } catch {
        // Full or closed: the draft lives on in the page.
      }
    }
    unwritten.clear();
  }

  return {
    /** Nothing of this person stays here. */
    forget(): void {
      clearTimeout(timer);
      unwritten.clear();
      for (const key of keysOf(storage, prefix)) storage?.removeItem(key);
    },
    /** What others have left, whose session here has ended: whoever is here now has no business with it. */
    forgetOthers(): void {
      for (const key of keysOf(storage, PREFIX)) if (!key.startsWith(prefix)) storage?.removeItem(key);
    },
    list(): Record<string, string> {
      return Object.fromEntries(keysOf(storage, prefix).map((key) => [key.slice(prefix.length), storage?.getItem(key) ?? ""]));
    },
    write(id: string, text: string): void {
      unwritten.set(id, text);
      clearTimeout(timer);
      timer = setTimeout(flush, REST_MS);
    },
    /**
     * Writes down at once what leaves the composer for the outbox, which takes a moment to keep it: a tab that
     * crashes in that moment has the words back in its composer. Returns what forgets them once they are kept.
     */
    lend(id: string, text: string): () => void {
      unwritten.set(id, text);
      flush();
      return () => {
        // Unless the next draft has been written down since.
        if (storage?.getItem(prefix + id) === text) storage.removeItem(prefix + id);
      };
    },
    /** Before the page may go. */
    flush,
  };
}
