import type { StreamEvent } from "@/lib/protocol/events";
import type { Connection } from "../store/state";
import type { Unsent } from "../store/unsent";
import { createLeadership } from "./leader";
import { randomId } from "./random-id";
import { createStream, type EventSourceLike } from "./stream";

/**
 * One stream for all tabs of one browser and one person.
 *
 * The leader holds the stream and passes each event on; every tab keeps its own cursor, of what it has
 * applied itself. Each connection of the stream is an *opening*, announced with the cursors that it resumes
 * from. A cursor says nothing to a client, so a tab follows an opening only if that names its own, and takes every
 * frame of it, by number; a tab that cannot (it is new, was frozen, missed a frame) says where it stands,
 * and the leader opens again from there too. The others drop what that repeats. So every tab has what a stream
 * of its own would have brought it, also when the leader changes.
 */
export type TabMessage =
  | { type: "join"; cursors: readonly string[] }
  | { type: "opened"; opening: string; from: readonly string[]; connection: Connection }
  | { type: "frame"; opening: string; number: number; event: StreamEvent | null; id: string }
  | { type: "connection"; connection: Connection }
  /** Is anybody leading? */
  | { type: "ask" }
  | { type: "here" }
  /** Known without the stream: an answer to a request of the tab that tells. */
  | { type: "event"; event: StreamEvent }
  /** The person has signed out on this device. */
  | { type: "left" }
  | OutboxNews;

/** What tabs tell one another of unsent messages. */
export type OutboxNews = { type: "unsent"; item: Unsent } | { type: "unsent-gone"; item: Unsent };

export type Channel = {
  postMessage(message: TabMessage): void;
  onmessage: ((event: MessageEvent<TabMessage>) => void) | null;
  close(): void;
};

/**
 * The name of the channel and of the lock that a person's tabs share. Its number is that of the way in which they speak
 * with one another: tabs of a version that speaks otherwise have a stream of their own until they are loaded again.
 */
export function tabsOf(userId: string): string {
  return `parley tabs 3 ${userId}`;
}

/** Several tabs that open at once are served by one new connection. */
const GATHER_MS = 30;
/** A visible follower asks after this much silence, and takes over when the answer takes longer than ANSWER_MS. */
const QUIET_MS = 5_000;
const PATROL_MS = 2_500;
const ANSWER_MS = 3_000;

export function createFeed(options: {
  userId: string;
  /** What the state of this tab was read at. */
  cursor: string;
  connect: (from: string[]) => EventSourceLike;
  /** Undefined where tabs cannot talk to one another: each is then for itself. */
  openChannel: (() => Channel) | undefined;
  locks: Pick<LockManager, "request"> | undefined;
  apply: (event: StreamEvent) => void;
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
  const { apply, onConnection } = options;
  const shared = options.locks !== undefined && options.openChannel !== undefined;
  const tab = randomId();
  let channel: Channel | null = null;
  /** Where this tab stands: of what it was painted with each part may have been read at another moment. */
  let cursors: readonly string[] = [options.cursor];
  let connection: Connection = { status: "connecting", since: Date.now() };
  /** The opening that this tab leads or follows, and the number of its last frame; null while it cannot. */
  let opening: string | null = null;
  let number = 0;
  let openings = 0;
  /** Where other tabs stand that the stream has to resume from too; and what it was last opened from. */
  const elsewhere = new Set<string>();
  let openedFrom: readonly string[] = [];
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let patrol: ReturnType<typeof setInterval> | undefined;
  let doubt: ReturnType<typeof setTimeout> | undefined;
  let heardAt = Date.now();
  let joinedAt = 0;
  let running = false;
  /** Nobody is signed in, so that silence says nothing of the leader. */
  let silent = false;

  const stream = createStream({
    connect: options.connect,
    from: () => [...new Set([...cursors, ...elsewhere])],
    onConnecting(from) {
      openedFrom = from;
      opening = `${tab} ${++openings}`;
      number = 0;
      tell({ type: "opened", opening, from, connection });
    },
    onEvent: (event, id) => pass(event, id),
    onCursor: (id) => pass(null, id),
    onStatus(status, since) {
      if (connection.status === status) return;
      setConnection({ status, since });
      tell({ type: "connection", connection });
    },
    onRefused: options.onRefused,
  });

  const leadership = createLeadership({
    name: tabsOf(options.userId),
    locks: shared ? options.locks : undefined,
    onLead() {
      clearTimeout(doubt);
      const end = options.onLead();
      stream.connect();
      return () => {
        clearTimeout(gathering);
        stream.close();
        end();
        join();
      };
    },
  });

  /** From the stream to every tab. Others come first: what fails here must not keep it from them. */
  function pass(event: StreamEvent | null, id: string): void {
    if (opening !== null) tell({ type: "frame", opening, number: ++number, event, id });
    // Every tab that follows stands where this frame leads.
    if (id !== "") for (const served of openedFrom) elsewhere.delete(served);
    take(event, id);
  }

  /** The cursor moves once its event was applied, never before. */
  function take(event: StreamEvent | null, id: string): void {
    if (event) apply(event);
    if (id !== "") cursors = [id];
  }

  function setConnection(next: Connection): void {
    connection = next;
    onConnection(next);
  }

  function tell(message: TabMessage): void {
    channel?.postMessage(message);
  }

  /** Says where this tab stands. Without an answer it is said again, with the next frame that is not for it. */
  function join(): void {
    opening = null;
    joinedAt = Date.now();
    tell({ type: "join", cursors });
  }

  function hear(message: TabMessage): void {
    switch (message.type) {
      case "join":
        options.onJoined();
        if (leadership.leads) reopenFrom(message.cursors);
        return;
      case "ask":
        if (!leadership.leads) return;
        tell({ type: "here" });
        options.onAsked();
        return;
      case "event":
        return apply(message.event);
      case "left":
        return options.onLeft();
      case "unsent":
      case "unsent-gone":
        return options.onOutbox(message);
    }
    if (leadership.leads) return;
    heardAt = Date.now();
    clearTimeout(doubt);
    doubt = undefined;
    if (message.type === "connection") setConnection(message.connection);
    if (message.type === "opened") follow(message.opening, message.from, message.connection);
    if (message.type === "frame") {
      if (message.opening === opening && message.number === number + 1) {
        number++;
        take(message.event, message.id);
      } else if (opening !== null || Date.now() - joinedAt > ANSWER_MS) {
        join();
      }
    }
  }

  function follow(announced: string, from: readonly string[], its: Connection): void {
    setConnection(its);
    if (cursors.every((cursor) => from.includes(cursor))) {
      opening = announced;
      number = 0;
    } else {
      join();
    }
  }

  function reopenFrom(theirs: readonly string[]): void {
    for (const cursor of theirs) elsewhere.add(cursor);
    clearTimeout(gathering);
    gathering = setTimeout(stream.connect, GATHER_MS);
  }

  /** A leader that does not answer is frozen, and its lock taken. */
  function ask(): void {
    if (!running || leadership.leads || doubt !== undefined) return;
    tell({ type: "ask" });
    doubt = setTimeout(() => {
      doubt = undefined;
      leadership.seize();
    }, ANSWER_MS);
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
        join();
        // Only a tab that is looked at needs to know; timers of hidden ones come late.
        patrol = setInterval(() => {
          if (!silent && options.isVisible() && Date.now() - heardAt > QUIET_MS) ask();
        }, PATROL_MS);
      }
      leadership.stand();
    },
    /** Leaves to the other tabs what this one has led. */
    stop(): void {
      running = false;
      clearInterval(patrol);
      clearTimeout(doubt);
      doubt = undefined;
      const leaving = channel;
      channel = null;
      leadership.resign();
      opening = null;
      leaving?.close();
    },
    /** There is reason to hope for a connection. */
    nudge(): void {
      silent = false;
      if (leadership.leads) stream.nudge();
      else ask();
    },
    /** The browser says that there is no network. */
    lose(): void {
      if (leadership.leads) stream.lose();
    },
    /** Signed out: there is nothing to hear until somebody signs in. */
    silence(): void {
      silent = true;
      stream.close();
      setConnection({ status: "lost", since: Date.now() });
    },
    tell,
    get leads(): boolean {
      return leadership.leads;
    },
  };
}
