import { createDrafts } from "./drafts";
import type { TabMessage } from "./feed";
import { createOutboxStore } from "./outbox-store";
import { browserPlatform } from "./platform";

/** What a person who signs out leaves on this device, and how it goes. */
export type Leaving = {
  /** How many of their messages have not been sent. */
  countUnsent: () => Promise<number>;
  /** Removes what is theirs, from all tabs. */
  forget: () => Promise<void>;
};

/** For pages without a messenger, whose own has the same. */
export function leavingOf(userId: string): Leaving {
  const store = createOutboxStore(() => {});
  return {
    countUnsent: async () => (await store.all(userId)).length,
    async forget() {
      const { openChannel, localStorage } = browserPlatform();
      const channel = openChannel?.(`parley ${userId}`);
      channel?.postMessage({ type: "left" } satisfies TabMessage);
      channel?.close();
      createDrafts({ userId, storage: localStorage }).forget();
      await store.clear(userId);
    },
  };
}
