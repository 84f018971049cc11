import type { StreamEvent } from "@/lib/protocol/events";
import type { Api } from "../api";
import type { ViewOf } from "../store/apply";
import type { Store } from "../store/store";
import { createGaps } from "./gaps";
import { createGroupChanges } from "./group-changes";
import { createHistory } from "./history";
import { createIntake } from "./intake";
import { createListLoads } from "./list-loads";
import { createPlaces } from "./places";
import { createReload } from "./reload";

/**
 * All that is fetched into the state. What a person asks for (a page, a window) is tried once. What the state needs in
 * order to be right (a gap, an unknown conversation, a fresh load) is tried until it succeeds.
 */
export function createLoader(options: {
  store: Store;
  api: Api;
  viewOf: ViewOf;
  /** Where somebody who comes back goes on reading. */
  positionOf: (id: string) => { messageId: string } | null;
  isVisible: () => boolean;
  /** The state was loaded afresh. */
  onReplaced: () => void;
  onMarkedUnread: (id: string) => void;
}) {
  const { store, onReplaced } = options;
  const intake = createIntake({ ...options, onTaken: () => gaps.heal() });
  const history = createHistory({ ...options, intake });
  const gaps = createGaps({ store, intake, history });
  const list = createListLoads({ ...options, intake });
  const { reload, wake } = createReload({
    ...options,
    intake,
    list,
    onReplaced() {
      gaps.forgetRefusals();
      onReplaced();
    },
  });

  return {
    ...history,
    ...createPlaces({ ...options, intake }),
    ...createGroupChanges({ ...options, intake }),
    loadMore: list.loadMore,
    loadArchived: list.loadArchived,
    startConversation: list.startConversation,
    expect: intake.expect,
    isFirstSight: intake.isFirstSight,
    takeExpected: intake.takeExpected,
    /** There is reason to hope for a connection. */
    wake(): void {
      intake.wake();
      wake();
      gaps.forgetRefusals();
      gaps.heal();
      const { openId, transcripts } = store.getState();
      if (openId !== null && transcripts[openId]?.failure) void history.loadAgain(openId);
    },
    /** Events were applied: they join every answer that is on its way, and what they show to be missing is fetched. */
    applied(events: readonly StreamEvent[]): void {
      intake.record(events);
      if (events.some(({ type }) => type === "reset")) void reload();
      list.fetchTold(events);
      gaps.heal();
      list.countUnread();
    },
  };
}
