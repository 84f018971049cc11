import type { Store } from "../store/store";
import { hasGap, lastSeq } from "../store/window";
import type { History } from "./history";
import type { Intake } from "./intake";

/** How long the stream may take to bring what is missing before it is fetched. */
const PATIENCE_MS = 250;

/** Fetches what windows that follow the end lack, until they have it or the server refuses it. */
export function createGaps({ store, intake, history }: { store: Store; intake: Intake; history: History }) {
  /** Conversations whose gap the server refuses or fails to fill; there are at most as many as transcripts. */
  const unfillable = new Set<string>();

  function lacks(id: string): boolean {
    const { transcripts, conversations } = store.getState();
    const transcript = transcripts[id];
    return transcript !== undefined && !unfillable.has(id) && hasGap(transcript, conversations.get(id)?.lastSeq ?? 0);
  }

  function endOf(id: string): number | undefined {
    const transcript = store.getState().transcripts[id];
    return transcript && lastSeq(transcript);
  }

  /**
   * Fetches what is missing next. Where that does not fit on, the window starts over at the latest. A server that has no
   * more than that either, after its database was put back, is about to say that all is to be loaded afresh.
   */
  async function fill(id: string): Promise<void> {
    const before = endOf(id);
    await history.fetchNext(id);
    if (endOf(id) === before) await history.fetchLatest(id);
    if (endOf(id) === before) unfillable.add(id);
  }

  return {
    heal(): void {
      for (const id of Object.keys(store.getState().transcripts)) {
        if (!lacks(id)) continue;
        void intake.once(`gap ${id}`, async () => {
          await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
          while (lacks(id)) if (!(await intake.insist(() => fill(id)))) unfillable.add(id);
        });
      }
    },
    /** What was refused may be had now. */
    forgetRefusals(): void {
      unfillable.clear();
    },
  };
}
