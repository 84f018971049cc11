import type { Connection } from "../store/state";
import { randomId } from "./random-id";
import { createStream, type EventSourceLike } from "./stream";
import type { Frame, TabMessage } from "./tabs";

/** Several tabs that open at once are served by one new connection. */
const GATHER_MS = 30;
/** A replay is taken in as a whole, or in pieces of so many milliseconds where it takes long. */
const REPLAY_PIECE_MS = 500;

/** The tab that leads holds the stream, and passes on what it brings. */
export function createLeading(options: {
  connect: (from: string[]) => EventSourceLike;
  /** Where this tab stands. */
  stands: () => readonly string[];
  tell: (message: TabMessage) => void;
  take: (frames: readonly Frame[]) => void;
  connection: () => Connection;
  onStatus: (status: "open" | "lost", since: number) => void;
  onRefused: () => void;
}) {
  const { tell } = options;
  const tab = randomId();
  let openings = 0;
  let opening = "";
  let number = 0;
  /** Where other tabs stand that the stream has to resume from too; and what it was last opened from. */
  const elsewhere = new Set<string>();
  let openedFrom: readonly string[] = [];
  let gathering: ReturnType<typeof setTimeout> | undefined;
  /** What is being replayed; null once the stream is live. A server replays 20,000 events at most. */
  let replay: Frame[] | null = null;
  let piece: ReturnType<typeof setTimeout> | undefined;

  const stream = createStream({
    connect: options.connect,
    from: () => [...new Set([...options.stands(), ...elsewhere])],
    onConnecting(from) {
      // What was replayed and not passed on yet comes again: the new connection resumes from before it.
      dropReplay();
      openedFrom = from;
      opening = `${tab} ${++openings}`;
      number = 0;
      tell({ type: "opened", opening, from, connection: options.connection() });
    },
    onEvent(event, id) {
      if (!replay) return pass({ event, id });
      replay.push({ event, id });
      if (event?.type === "ready" || event?.type === "reset") {
        pass();
        replay = null;
      } else {
        piece ??= setTimeout(pass, REPLAY_PIECE_MS);
      }
    },
    onStatus(status, since) {
      pass();
      options.onStatus(status, since);
    },
    onRefused: options.onRefused,
  });

  function dropReplay(): void {
    clearTimeout(piece);
    piece = undefined;
    replay = [];
  }

  /** What was replayed so far, and a frame, to every tab. Others come first: what fails here must not keep it from them. */
  function pass(frame?: Frame): void {
    clearTimeout(piece);
    piece = undefined;
    const frames = [...(replay?.splice(0) ?? []), ...(frame ? [frame] : [])];
    if (frames.length === 0) return;
    tell({ type: "frames", opening, number: ++number, frames });
    // Every tab that follows stands where these frames lead.
    if (frames.some(({ id }) => id !== "")) for (const served of openedFrom) elsewhere.delete(served);
    options.take(frames);
  }

  return {
    connect: stream.connect,
    nudge: stream.nudge,
    lose: stream.lose,
    close(): void {
      clearTimeout(gathering);
      pass();
      stream.close();
    },
    /** Another tab stands there, and has nothing that came since. */
    reopenFrom(theirs: readonly string[]): void {
      for (const cursor of theirs) elsewhere.add(cursor);
      clearTimeout(gathering);
      gathering = setTimeout(stream.connect, GATHER_MS);
    },
  };
}
