import type { Outcome } from "./account";
import { createDrafts } from "./drafts";
import type { TabMessage } from "./feed";
import { createOutboxStore } from "./outbox-store";
import { browserPlatform } from "./platform";

/** What a person who signs out leaves on this device, and how it goes. */
export type Leaving = {
  /** How many of their messages have not been sent. */
  countUnsent: () => Promise<number>;
  /** Ends the session by `end` and, where that worked, removes what is theirs, in all tabs. */
  leave: (end: () => Promise<Outcome<void>>) => Promise<Outcome<void>>;
};

/** For pages without a messenger, whose own has the same. */
export function leavingOf(userId: string): Leaving {
  const store = createOutboxStore(() => {});
  return {
    countUnsent: async () => (await store.all(userId)).length,
    async leave(end) {
      const outcome = await end();
      if (outcome.errors) return outcome;
      const { openChannel, localStorage } = browserPlatform();
      const channel = openChannel?.(`parley ${userId}`);
      channel?.postMessage({ type: "left" } satisfies TabMessage);
      channel?.close();
      createDrafts({ userId, storage: localStorage }).forget();
      await store.clear(userId);
      return outcome;
    },
  };
}
