/**
 * The messenger of one page: state, and all that changes it. No React in it; hooks.ts binds it.
 *
 *   const messenger = createMessenger(snapshot)   from the state that the server rendered
 *   messenger.start()                             in an effect; returns what stops it
 *   messenger.getState() / subscribe(listener)    MessengerState is in state.ts, Transcript in transcript.ts
 *
 *   open(id)              shows a conversation: loads it, freezes the divider; returns what closes it
 *   seed(painted)         takes in a conversation that the server rendered; `expect(id)` first where it is asked for
 *   see(id, first, last)  tells which `seq`s are on screen: what is looked at counts as read
 *   keepReadingPosition(id, …)      tells which message is at the top of the screen; readingPositionOf(id) is where to go on reading
 *   loadOlder/loadNewer/jumpToLatest(id), openAround(id, messageId); loadAgain(id) what failed of these
 *   send(id, content), retry(clientId), discard(clientId), countUnsent(), leave(end)
 *   setDraft(id, text), takeOverDraft(id, text)
 *   loadMore(), loadArchived(), startConversation(username), searchUsers(text, signal)
 *   changePlace(id, …), markUnread(id, message), markAllRead()      what is one's own in a conversation
 *   makeGroup(…), joinGroup(id), changeGroup(id, …), leaveGroup(id) and the pictures of groups
 *   ask                   the requests whose answers are shown where they are asked for: participants, invites, readers
 *   apply(event)          the one path for everything that happened; harmless when repeated
 *
 * Loads of a transcript or of the list never throw: a failed one stands in the transcript's `failure`. All else that asks
 * the server throws ApiError.
 */
import type { StreamEvent } from "@/lib/protocol/events";
import type { Outcome } from "./account/account";
import { createSession } from "./account/session";
import { createApi } from "./api";
import { createDrafts } from "./outbox/drafts";
import { createOutbox } from "./outbox/outbox";
import { createOutboxStore } from "./outbox/outbox-store";
import { createShownDrafts } from "./outbox/shown-drafts";
import { browserPlatform, type Platform } from "./platform";
import { createReadingPositions, type ReadingPosition } from "./screen/reading-positions";
import { applyEvent } from "./store/apply";
import { type ConversationSnapshot, initialState, type Snapshot } from "./store/snapshot";
import type { MessengerState } from "./store/state";
import { createMessengerStore } from "./store/store";
import { learnSnapshot } from "./store/transcripts";
import { showUnsent } from "./store/unsent";
import { inWindow, type Range } from "./store/window";
import { createFeed } from "./sync/feed";
import { createLoader } from "./sync/loader";
import { watchMuteEnds } from "./sync/mute-ends";
import { createOnlineCount } from "./sync/online-count";
import { createReadMarker } from "./sync/read-marker";
import { watchStranded } from "./sync/stranded";
import { type Channel, tabsOf } from "./sync/tabs";

export type { ConversationSnapshot, Snapshot } from "./store/snapshot";
export type { MessengerState } from "./store/state";

export type Messenger = ReturnType<typeof createMessenger>;

/** Everything that a page of a signed-in person needs. Touches nothing outside itself until it is started. */
export function createMessenger(snapshot: Snapshot, platform: Platform = browserPlatform()) {
  let painted = initialState(snapshot);
  const store = createMessengerStore(painted);
  const { getState, patch, subscribe } = store;
  const userId = snapshot.me.id;
  const views = new Map<string, Range>();
  let started = false;

  const api = createApi({ userId, fetch: platform.fetch, onUnauthorized: () => void session.doubt() });
  const session = createSession({
    userId,
    api,
    store,
    onDoubt: () => outbox.signOut(),
    onEnd() {
      outbox.signOut();
      feed.silence();
      feed.tell({ type: "event", event: { type: "signed_out" } });
    },
    onGoOn() {
      feed.nudge();
      wakeAll();
    },
  });
  const loader = createLoader({
    store,
    api,
    viewOf,
    positionOf: readingPositionOf,
    isVisible: platform.isVisible,
    onReplaced: () => readMarker.reapply(),
    onMarkedUnread: (id) => readMarker.hold(id),
  });
  const readMarker = createReadMarker({ store, api });
  const onlineCount = createOnlineCount({ store, api, isVisible: platform.isVisible });
  const positions = createReadingPositions({ userId, storage: platform.sessionStorage });
  const drafts = createDrafts({ userId, storage: platform.localStorage });
  const shownDrafts = createShownDrafts({ store, drafts });
  const outbox = createOutbox({
    userId,
    api,
    store: createOutboxStore(() => patch({ outboxDurable: false })),
    show: (item, shown) => store.change((draft) => showUnsent(draft, item, shown)),
    onSent(message) {
      apply({ type: "sent", message });
      feed.tell({ type: "event", event: { type: "sent", message } });
      // The server answers, so a stream that waits before it tries again need not.
      feed.nudge();
    },
    tell: (news) => feed.tell(news),
  });
  const feed = createFeed({
    userId,
    cursor: snapshot.cursor,
    connect: (from) =>
      platform.connect(`/api/messages?${new URLSearchParams([...from.map((cursor) => ["lastEventId", cursor]), ["user", userId]])}`),
    openChannel: platform.openChannel && (() => platform.openChannel?.(tabsOf(userId)) as Channel),
    locks: platform.locks,
    apply: applyAll,
    onConnection(connection) {
      const open = connection.status === "open";
      // The server lets a stream of this user open only for this user.
      patch({ connection, signedOut: open ? false : getState().signedOut });
      outbox.setConnected(connection.status !== "lost");
      if (open) wakeAll();
    },
    onAsked: wake,
    onRefused: () => void api.authUser().catch(() => {}),
    onLead: () => outbox.lead(),
    onJoined: () => void session.returnFromSignIn(),
    onOutbox: (news) => outbox.hear(news),
    onLeft: () => void forget(),
    isVisible: platform.isVisible,
  });

  /** Where to go on reading; null where there is news, which comes first. */
  function readingPositionOf(id: string): ReadingPosition | null {
    return getState().conversations.get(id)?.unreadCount ? null : positions.get(id);
  }

  /** However many they are, who listens to the state is told once. */
  function applyAll(events: readonly StreamEvent[]): void {
    const told = events.filter(({ type }) => type !== "signed_out");
    store.change((draft) => {
      for (const event of told) applyEvent(draft, event, viewOf);
    });
    loader.applied(told);
    for (const event of told) {
      if (event.type === "sent" && event.message.clientId) void outbox.acknowledge(event.message.clientId);
    }
    if (told.length === events.length) return;
    if (session.isLeaving) feed.silence();
    else void session.doubt();
  }

  function apply(event: StreamEvent): void {
    applyAll([event]);
  }

  function viewOf(id: string): Range | undefined {
    return views.get(id);
  }

  /** The person leaves this device: what is not sent goes with them. */
  async function forget(): Promise<void> {
    drafts.forget();
    positions.forget();
    await outbox.forget();
  }

  function wakeAll(): void {
    outbox.wake();
    readMarker.wake();
    loader.wake();
  }

  function wake(): void {
    if (session.isLeaving) return;
    if (getState().signedOut) {
      void session.returnFromSignIn();
      return;
    }
    feed.nudge();
    wakeAll();
    onlineCount.wake();
  }

  return {
    getState,
    subscribe,
    /** The state of the first paint: what hydration compares with. */
    getInitialState: (): MessengerState => painted,
    apply,
    start(): () => void {
      started = true;
      drafts.forgetOthers();
      positions.forgetOthers();
      shownDrafts.load();
      const unwatch = platform.watch({
        wake,
        offline: feed.lose,
        attend: readMarker.setAttentive,
        resume() {
          session.stay();
          feed.start();
          wake();
        },
        suspend() {
          drafts.flush();
          positions.flush();
          feed.stop();
        },
      });
      feed.start();
      const unwatchMutes = watchMuteEnds(store);
      const unwatchOnline = onlineCount.watch();
      const unwatchStranded = watchStranded({ store, api });
      void outbox.load();
      return () => {
        unwatch();
        unwatchMutes();
        unwatchOnline();
        unwatchStranded();
        drafts.flush();
        positions.flush();
        feed.stop();
      };
    },
    /** The page of a conversation is about to be asked for: what happens from now on is applied to it when it comes. */
    expect: loader.expect,
    /**
     * Takes in a conversation that the server rendered; one that is held already is the fresher one. Before the stream has
     * begun it begins where the conversation was read, too; later on only one is taken in that was asked for just now.
     */
    seed(page: ConversationSnapshot): void {
      if (!loader.isFirstSight(page)) return;
      if (started) return loader.takeExpected(page);
      const before = getState();
      if (before.transcripts[page.conversation.id]?.ids.length) return;
      feed.resumeFrom(page.cursor);
      store.change((draft) => learnSnapshot(draft, page));
      if (before === painted) painted = getState();
    },
    open(id: string): () => void {
      readMarker.opened();
      const close = loader.open(id);
      return () => {
        views.delete(id);
        close();
      };
    },
    loadOlder: loader.loadOlder,
    loadNewer: loader.loadNewer,
    jumpToLatest: loader.jumpToLatest,
    openAround: loader.openAround,
    loadAgain: loader.loadAgain,
    loadMore: loader.loadMore,
    see(id: string, first: number, last: number): void {
      views.set(id, { first, last });
      readMarker.see(id, last);
    },
    readingPositionOf,
    keepReadingPosition(id: string, seq: number, offset: number, away: boolean): void {
      const transcript = getState().transcripts[id];
      const message = inWindow(transcript).find((held) => held.seq === seq);
      positions.keep(id, message && (away || !transcript?.atEnd) ? { seq, offset, messageId: message.id } : null);
    },
    /** `clientId` is given where the same message may be on its way already. */
    async send(id: string, content: string, clientId?: string): Promise<void> {
      shownDrafts.show(id, "");
      const forget = drafts.lend(id, content);
      feed.nudge();
      await outbox.send(id, content, clientId);
      forget();
    },
    retry: outbox.retry,
    discard: outbox.discard,
    /** Messages that have not been sent, the refused ones too. */
    countUnsent: async (): Promise<number> => Object.values(getState().outbox).reduce((sum, items) => sum + items.length, 0),
    /** Signs out by `end` and, where that worked, leaves nothing of the person on this device, in no tab. */
    async leave(end: () => Promise<Outcome<void>>): Promise<Outcome<void>> {
      const outcome = await session.leave(end);
      if (outcome.errors) {
        wake();
      } else {
        feed.silence();
        feed.tell({ type: "left" });
        await forget();
      }
      return outcome;
    },
    setDraft: shownDrafts.set,
    /**
     * Takes over what was typed into the page before the script came. It is written down with the next key only: the form
     * may be on its way already, and the page after this one would show what was sent as a draft.
     */
    takeOverDraft: shownDrafts.show,
    searchUsers: api.users,
    startConversation: loader.startConversation,
    loadArchived: loader.loadArchived,
    changePlace: loader.changePlace,
    markUnread: loader.markUnread,
    markWholeRead: loader.markWholeRead,
    markAllRead: loader.markAllRead,
    makeGroup: loader.makeGroup,
    joinGroup: loader.joinGroup,
    changeGroup: loader.changeGroup,
    setGroupAvatar: loader.setGroupAvatar,
    removeGroupAvatar: loader.removeGroupAvatar,
    leaveGroup: loader.leaveGroup,
    /** What is asked for and shown where it is asked, without being held. */
    ask: api,
  };
}
