import type { Connection } from "../store/state";
import type { Frame, TabMessage } from "./tabs";

/** A visible follower asks after this much silence, and takes over when the answer takes longer than ANSWER_MS. */
const QUIET_MS = 5_000;
const PATROL_MS = 2_500;
const ANSWER_MS = 3_000;

/** A tab that follows takes what the leader passes on, and takes over from one that does not answer. */
export function createFollowing(options: {
  /** Where this tab stands. */
  stands: () => readonly string[];
  tell: (message: TabMessage) => void;
  take: (frames: readonly Frame[]) => void;
  setConnection: (connection: Connection) => void;
  /** Whether somebody looks at this tab, and it has reason to hear something. */
  isWatchful: () => boolean;
  /** Takes the lead from a tab that is frozen. */
  seize: () => void;
}) {
  const { stands, tell } = options;
  /** The opening that this tab follows, and the number of the last frames of it; null while it cannot. */
  let opening: string | null = null;
  let number = 0;
  let patrol: ReturnType<typeof setInterval> | undefined;
  let doubt: ReturnType<typeof setTimeout> | undefined;
  let heardAt = Date.now();
  let joinedAt = 0;

  /** Says where this tab stands. Without an answer it is said again, with the next frames that are not for it. */
  function join(): void {
    opening = null;
    joinedAt = Date.now();
    tell({ type: "join", cursors: stands() });
  }

  function follow(announced: string, from: readonly string[]): void {
    if (!stands().every((cursor) => from.includes(cursor))) return join();
    opening = announced;
    number = 0;
  }

  function calm(): void {
    clearTimeout(doubt);
    doubt = undefined;
  }

  /** A leader that does not answer is frozen, and its lock taken. */
  function ask(): void {
    if (doubt !== undefined) return;
    tell({ type: "ask" });
    doubt = setTimeout(() => {
      doubt = undefined;
      options.seize();
    }, ANSWER_MS);
  }

  return {
    join,
    ask,
    calm,
    start(): void {
      join();
      // Only a tab that is looked at needs to know; timers of hidden ones come late.
      patrol = setInterval(() => {
        if (options.isWatchful() && Date.now() - heardAt > QUIET_MS) ask();
      }, PATROL_MS);
    },
    stop(): void {
      clearInterval(patrol);
      calm();
      opening = null;
    },
    /** Something that only a leader says. */
    hear(message: TabMessage): void {
      heardAt = Date.now();
      calm();
      if (message.type === "connection" || message.type === "opened") options.setConnection(message.connection);
      if (message.type === "opened") follow(message.opening, message.from);
      if (message.type !== "frames") return;
      if (message.opening === opening && message.number === number + 1) {
        number++;
        options.take(message.frames);
      } else if (opening !== null || Date.now() - joinedAt > ANSWER_MS) {
        join();
      }
    },
  };
}
