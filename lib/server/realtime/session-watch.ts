import "server-only";
import { forgetAllSessions, forgetSessions, liveSessions } from "../auth/session-cache";
import { log } from "../log";
import type { OpenStreams } from "./open-streams";

/** Milliseconds after which a stream of a session that was ended elsewhere ends at the latest. */
const CHECK_EVERY_MS = 5_000;

/** Ends the streams of sessions that are over. */
export class SessionWatch {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly streams: OpenStreams) {}

  start(): void {
    this.timer = setInterval(() => void this.check(), CHECK_EVERY_MS).unref();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** These are over. */
  end(sessionIds: readonly string[]): void {
    const ended = new Set(sessionIds);
    for (const stream of this.streams.all()) if (ended.has(stream.sessionId)) stream.close({ type: "signed_out" });
  }

  /** Another server has ended these; null where it does not say which, or may have said so unheard. */
  endedElsewhere(sessionIds: readonly string[] | null): void {
    if (sessionIds) {
      forgetSessions(sessionIds);
      this.end(sessionIds);
    } else {
      forgetAllSessions();
      void this.check();
    }
  }

  private async check(): Promise<void> {
    if (this.streams.size === 0) return;
    const open = new Set<string>();
    for (const stream of this.streams.all()) open.add(stream.sessionId);
    try {
      const live = await liveSessions([...open]);
      for (const stream of this.streams.all()) {
        if (open.has(stream.sessionId) && !live.has(stream.sessionId)) stream.close({ type: "signed_out" });
      }
    } catch (error) {
      log.warn({ err: error }, "open streams could not be checked for ended sessions; trying again");
    }
  }
}
