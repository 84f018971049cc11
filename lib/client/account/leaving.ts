import { createDrafts } from "../outbox/drafts";
import { createOutboxStore } from "../outbox/outbox-store";
import { browserPlatform, type Platform } from "../platform";
import { createReadingPositions } from "../screen/reading-positions";
import { type TabMessage, tabsOf } from "../sync/tabs";
import type { Outcome } from "./account";

/** What a person who signs out leaves on this device, and how it goes. */
export type Leaving = {
  /** How many of their messages have not been sent. */
  countUnsent: () => Promise<number>;
  /** Ends the session by `end` and, where that worked, removes what is theirs, in all tabs. */
  leave: (end: () => Promise<Outcome<void>>) => Promise<Outcome<void>>;
};

type Browser = Pick<Platform, "openChannel" | "localStorage" | "sessionStorage">;

/** For pages without a messenger, whose own has the same. */
export function leavingOf(userId: string, { openChannel, localStorage, sessionStorage }: Browser = browserPlatform()): Leaving {
  const store = createOutboxStore(() => {});
  return {
    countUnsent: async () => (await store.all(userId)).length,
    async leave(end) {
      const outcome = await end();
      if (outcome.errors) return outcome;
      const channel = openChannel?.(tabsOf(userId));
      channel?.postMessage({ type: "left" } satisfies TabMessage);
      channel?.close();
      createDrafts({ userId, storage: localStorage }).forget();
      createReadingPositions({ userId, storage: sessionStorage }).forget();
      await store.clear(userId);
      return outcome;
    },
  };
}
