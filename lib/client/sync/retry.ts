/** Growing, jittered delays: half of the delay is chance, so that a thousand browsers do not come back at once. */
const FIRST_MS = 1_000;
const LAST_MS = 30_000;

export function retryDelay(attempt: number, random: () => number = Math.random): number {
  return Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(attempt, 10)) * (0.5 + random() / 2);
}

/** A sleep after a failure, that good news ends early; unless the server itself has said how long. */
export function createPause() {
  const sleepers = new Set<() => void>();
  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        sleepers.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      sleepers.add(end);
    });
  }
  return {
    rest,
    sleep(failures: number, retryAfter: number | null): Promise<void> {
      return retryAfter === null ? rest(retryDelay(failures)) : new Promise((resolve) => setTimeout(resolve, retryAfter));
    },
    /** Until good news, however long that takes. */
    untilWoken: (): Promise<void> =>
      new Promise((resolve) => {
        const end = () => {
          sleepers.delete(end);
          resolve();
        };
        sleepers.add(end);
      }),
    wake(): void {
      for (const end of [...sleepers]) end();
    },
  };
}
