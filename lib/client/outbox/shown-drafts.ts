import type { Store } from "../store/store";
import type { createDrafts } from "./drafts";

/** Drafts as composers and the list show them, and what of them is written down. */
export function createShownDrafts({ store, drafts }: { store: Store; drafts: ReturnType<typeof createDrafts> }) {
  /** Whether it is another than was shown before. */
  function show(id: string, text: string): boolean {
    const shown = store.getState().drafts;
    if ((shown[id] ?? "") === text) return false;
    store.patch({ drafts: { ...shown, [id]: text } });
    return true;
  }

  return {
    show,
    set(id: string, text: string): void {
      if (show(id, text)) drafts.write(id, text);
    },
    /** What was written down at an earlier visit stands before what was typed since this page was loaded. */
    load(): void {
      const kept = drafts.list();
      const joined = { ...kept };
      for (const [id, text] of Object.entries(store.getState().drafts)) {
        const before = kept[id];
        joined[id] = before && text && !text.startsWith(before) ? `${before}\n${text}` : text;
      }
      store.patch({ drafts: joined });
    },
  };
}
