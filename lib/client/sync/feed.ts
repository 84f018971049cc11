import type { StreamEvent } from "@/lib/protocol/events";
import type { Connection } from "../store/state";
import { createFollowing } from "./following";
import { createLeadership } from "./leader";
import { createLeading } from "./leading";
import type { EventSourceLike } from "./stream";
import { type Channel, type Frame, type OutboxNews, type TabMessage, tabsOf } from "./tabs";

/**
 * One stream for all tabs of one browser and one person.
 *
 * The leader holds the stream and passes on what it brings; every tab keeps its own cursor, of what it has
 * applied itself. Each connection of the stream is an *opening*, announced with the cursors that it resumes
 * from. A cursor says nothing to a client, so a tab follows an opening only if that names its own, and takes all
 * frames of it, by number; a tab that cannot (it is new, was frozen, missed some) says where it stands,
 * and the leader opens again from there too. The others drop what that repeats. So every tab has what a stream
 * of its own would have brought it, also when the leader changes.
 */
export function createFeed(options: {
  userId: string;
  /** What the state of this tab was read at. */
  cursor: string;
  connect: (from: string[]) => EventSourceLike;
  /** Undefined where tabs cannot talk to one another: each is then for itself. */
  openChannel: (() => Channel) | undefined;
  locks: Pick<LockManager, "request"> | undefined;
  apply: (events: readonly StreamEvent[]) => void;
  onConnection: (connection: Connection) => void;
  onRefused: () => void;
  /** This tab leads from now on; returns what ends it. */
  onLead: () => () => void;
  /** Another tab of the same person has opened, so that person is signed in. */
  onJoined: () => void;
  onOutbox: (news: OutboxNews) => void;
  onLeft: () => void;
  /** A tab that is looked at has reason to hope for a connection; this one leads. */
  onAsked: () => void;
  isVisible: () => boolean;
}) {
  const { apply } = options;
  const shared = options.locks !== undefined && options.openChannel !== undefined;
  let channel: Channel | null = null;
  /** Where this tab stands: of what it was painted with each part may have been read at another moment. */
  let cursors: readonly string[] = [options.cursor];
  let connection: Connection = { status: "connecting", since: Date.now() };
  let running = false;
  /** Nobody is signed in, so that silence says nothing of the leader. */
  let silent = false;

  const leading = createLeading({
    connect: options.connect,
    stands: () => cursors,
    tell,
    take,
    connection: () => connection,
    onStatus(status, since) {
      if (connection.status === status) return;
      setConnection({ status, since });
      tell({ type: "connection", connection });
    },
    onRefused: options.onRefused,
  });

  const following = createFollowing({
    stands: () => cursors,
    tell,
    take,
    setConnection,
    isWatchful: () => !silent && options.isVisible() && !leadership.leads,
    seize: () => leadership.seize(),
  });

  const leadership = createLeadership({
    name: tabsOf(options.userId),
    locks: shared ? options.locks : undefined,
    onLead() {
      following.calm();
      const end = options.onLead();
      leading.connect();
      return () => {
        leading.close();
        end();
        following.join();
      };
    },
  });

  /** The cursor moves once its events were applied, never before. */
  function take(frames: readonly Frame[]): void {
    const events = frames.flatMap(({ event }) => event ?? []);
    if (events.length > 0) apply(events);
    const last = frames.findLast(({ id }) => id !== "");
    if (last) cursors = [last.id];
  }

  function setConnection(next: Connection): void {
    connection = next;
    options.onConnection(next);
  }

  function tell(message: TabMessage): void {
    channel?.postMessage(message);
  }

  function hear(message: TabMessage): void {
    switch (message.type) {
      case "join":
        options.onJoined();
        if (leadership.leads) leading.reopenFrom(message.cursors);
        return;
      case "ask":
        if (!leadership.leads) return;
        tell({ type: "here" });
        options.onAsked();
        return;
      case "event":
        return apply([message.event]);
      case "left":
        return options.onLeft();
      case "unsent":
      case "unsent-gone":
        return options.onOutbox(message);
    }
    if (!leadership.leads) following.hear(message);
  }

  return {
    /** Before it begins: resumes from there too. */
    resumeFrom(cursor: string): void {
      cursors = [...new Set([...cursors, cursor])];
    },
    /** Begins, or goes on after `stop`, where this tab's own cursor stands. */
    start(): void {
      if (running) return;
      running = true;
      silent = false;
      setConnection({ status: "connecting", since: Date.now() });
      if (shared && options.openChannel) {
        channel = options.openChannel();
        channel.onmessage = (event) => hear(event.data);
        following.start();
      }
      leadership.stand();
    },
    /** Leaves to the other tabs what this one has led. */
    stop(): void {
      running = false;
      following.stop();
      const left = channel;
      channel = null;
      leadership.resign();
      following.stop();
      left?.close();
    },
    /** There is reason to hope for a connection. */
    nudge(): void {
      silent = false;
      if (leadership.leads) leading.nudge();
      else if (running) following.ask();
    },
    /** The browser says that there is no network. */
    lose(): void {
      if (leadership.leads) leading.lose();
    },
    /** Signed out: there is nothing to hear until somebody signs in. */
    silence(): void {
      silent = true;
      leading.close();
      setConnection({ status: "lost", since: Date.now() });
    },
    tell,
  };
}
