import type { StreamEvent } from "@/lib/protocol/events";
import { ApiError } from "../request";
import { applyEvent, type ViewOf } from "../store/apply";
import type { Draft } from "../store/draft";
import type { ConversationSnapshot } from "../store/snapshot";
import type { Store } from "../store/store";
import { learnSnapshot } from "../store/transcripts";
import { createJournals } from "./journals";
import { createPause } from "./retry";

export type Intake = ReturnType<typeof createIntake>;

/** Pages that are known by their cursors as having come before; a browser keeps fewer for going back to. */
const SEEN_MAX = 500;

/**
 * The one way in for answers. What happens between the moment an answer was read and the moment it arrives is applied to
 * it again, so a slow answer never takes back what the stream has told.
 */
export function createIntake(options: { store: Store; viewOf: ViewOf; onTaken: () => void }) {
  const { store, viewOf, onTaken } = options;
  const journals = createJournals();
  const running = new Map<string, Promise<void>>();
  const seen = new Set<string>();
  const pause = createPause();
  /** How often the server has said that what is held is of no use, and of how many of these a fresh load has come. */
  let resets = 0;
  let reloads = 0;

  function take(learn: (draft: Draft) => void, since: readonly StreamEvent[]): void {
    store.change(learn, (draft) => {
      for (const event of since) applyEvent(draft, event, viewOf);
    });
    onTaken();
  }

  /** One that was asked for before a fresh load may tell what never happened: it is asked for again. */
  async function fetchInto<T>(request: () => Promise<T>, learn: (draft: Draft, answer: T) => void): Promise<T> {
    const asked = resets;
    const journal = journals.begin();
    try {
      const answer = await request();
      if (reloads > asked) return await fetchInto(request, learn);
      take((draft) => learn(draft, answer), journal.events);
      return answer;
    } finally {
      journal.end();
    }
  }

  return {
    fetchInto,
    /** One at a time of a name; who asks meanwhile waits for the same one. */
    once(name: string, work: () => Promise<unknown>): Promise<void> {
      const run =
        running.get(name) ??
        work()
          .then(() => {})
          .finally(() => running.delete(name));
      running.set(name, run);
      return run;
    },
    /** Until it succeeds (true), or the server refuses it (false). Whoever is signed out asks again once they are back. */
    async insist(work: () => Promise<unknown>): Promise<boolean> {
      for (let failures = 0; ; failures++) {
        try {
          await work();
          return true;
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (error.status === 401) await pause.untilWoken();
          else if (error.transient) await pause.sleep(failures, error.retryAfter);
          else return false;
        }
      }
    },
    /** There is reason to hope for a connection. */
    wake: pause.wake,
    /** The page of a conversation is about to be asked for. */
    expect: journals.expect,
    /** Whether this page comes for the first time: no two have the same cursor. */
    isFirstSight({ cursor }: ConversationSnapshot): boolean {
      if (seen.has(cursor)) return false;
      seen.add(cursor);
      for (const oldest of seen) if (seen.size > SEEN_MAX) seen.delete(oldest);
      return true;
    },
    /**
     * Takes in a conversation that the server has painted. Not where that may have been read before what the stream has
     * brought (a page that was not asked for just now, but kept by the browser for going back to), nor over what is held.
     */
    takeExpected(snapshot: ConversationSnapshot): void {
      const { id } = snapshot.conversation;
      const since = journals.takeExpected(id);
      if (since && !store.getState().transcripts[id]?.ids.length) take((draft) => learnSnapshot(draft, snapshot), since);
    },
    /** Events were applied: they join every answer that is on its way. */
    record(events: readonly StreamEvent[]): void {
      for (const event of events) journals.record(event);
    },
    /** What is held is of no use any more. */
    outdate(): void {
      journals.forgetExpected();
      resets++;
    },
    get resets(): number {
      return resets;
    },
    /** A fresh load has come, that was asked for when there had been so many. */
    renew(asked: number): void {
      reloads = asked;
    },
  };
}
