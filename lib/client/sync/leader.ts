/**
 * Which of a browser's tabs leads: the one that holds the Web Lock `name`. A leader that closes or crashes
 * loses it, and the next in the queue gets it. One that the browser has frozen keeps it: `seize` takes it away.
 */
export function createLeadership(options: {
  name: string;
  /** Missing (an old browser, an address without https): each tab leads for itself. */
  locks: Pick<LockManager, "request"> | undefined;
  /** Called when this tab begins to lead; returns what ends it. */
  onLead: () => () => void;
}) {
  const { name, locks, onLead } = options;
  let queued = new AbortController();
  let end: (() => void) | null = null;

  /** Holds the lock until this tab resigns. */
  function hold(candidacy: AbortController): Promise<void> {
    if (candidacy.signal.aborted) return Promise.resolve();
    const stop = onLead();
    return new Promise((resolve) => {
      end = () => {
        end = null;
        stop();
        resolve();
      };
    });
  }

  function stand(lockOptions: LockOptions = { signal: queued.signal }): void {
    const mine = queued;
    if (!locks) {
      void hold(mine);
      return;
    }
    locks
      .request(name, lockOptions, () => hold(mine))
      .catch(() => {
        // Either this tab has left the queue, or another one has taken the lock: then it queues up again.
        if (mine !== queued || mine.signal.aborted) return;
        end?.();
        stand();
      });
  }

  return {
    get leads(): boolean {
      return end !== null;
    },
    /** Joins the queue. */
    stand(): void {
      queued = new AbortController();
      stand();
    },
    /** Takes over from a leader that does not answer. */
    seize(): void {
      queued.abort();
      queued = new AbortController();
      stand({ steal: true });
    },
    resign(): void {
      queued.abort();
      end?.();
    },
  };
}
