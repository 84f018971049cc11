import { PAGE_MAX } from "@/lib/protocol/limits";
import type { Api } from "../api";
import { ApiError } from "../request";
import type { ViewOf } from "../store/apply";
import { replaceAll, type Snapshot } from "../store/snapshot";
import type { Store } from "../store/store";
import { inWindow } from "../store/window";
import type { Intake } from "./intake";
import type { ListLoads } from "./list-loads";
import { createPause } from "./retry";

/** Milliseconds over which fresh loads scatter, and those of pages that nobody looks at. */
const WITHIN_MS = 1_000;
const UNSEEN_WITHIN_MS = 60_000;

/** Loads everything that is shown afresh, where the server does not hold what was missed. */
export function createReload(options: {
  store: Store;
  api: Api;
  intake: Intake;
  list: ListLoads;
  viewOf: ViewOf;
  isVisible: () => boolean;
  /** The state was loaded afresh. */
  onReplaced: () => void;
}) {
  const { store, api, intake, list, isVisible } = options;
  const scattered = createPause();

  async function fetchAll(): Promise<Parameters<typeof replaceAll>[1]> {
    const { order, openId } = store.getState();
    const [me, listed, unread, pinned, open] = await Promise.all([
      api.authUser(),
      list.fetchList((rows) => rows.length >= order.length),
      list.fetchUnread(),
      api.conversations({ pinned: true, limit: PAGE_MAX }),
      openId === null ? null : fetchOpen(openId).catch(nullIfMissing),
    ]);
    return { me, ...listed, unread, pinned, open };
  }

  /** The open conversation where it is being read; the latest where it is read at its end, or that message is gone. */
  async function fetchOpen(id: string): Promise<NonNullable<Snapshot["transcript"]>> {
    const held = store.getState().transcripts[id];
    const first = options.viewOf(id)?.first;
    const topmost = held?.atEnd ? undefined : inWindow(held).find(({ seq }) => seq === first)?.id;
    const conversation = await api.conversation(id);
    const around = topmost === undefined ? null : await api.messages(id, { around: topmost, limit: PAGE_MAX }).catch(nullIfMissing);
    return { conversation, messages: around ?? (await api.messages(id, { limit: PAGE_MAX })) };
  }

  return {
    /**
     * Once more where it was asked for again meanwhile. Many are told to at one moment: so a page waits by chance, and one
     * that nobody looks at until somebody does.
     */
    reload(): Promise<void> {
      intake.outdate();
      return intake.once("reload", async () => {
        await scattered.rest(Math.random() * (isVisible() ? WITHIN_MS : UNSEEN_WITHIN_MS));
        for (let done = 0; done !== intake.resets; ) {
          const asked = intake.resets;
          await intake.insist(() =>
            intake.fetchInto(fetchAll, (draft, fresh) => {
              intake.renew(asked);
              replaceAll(draft, fresh);
            }),
          );
          options.onReplaced();
          done = asked;
        }
      });
    },
    /** Somebody may look at the page now. */
    wake(): void {
      if (isVisible()) scattered.wake();
    },
  };
}

function nullIfMissing(error: unknown): null {
  if (error instanceof ApiError && error.status === 404) return null;
  throw error;
}
