import "server-only";

/** Milliseconds until a server that was told to stop ends, whoever is still connected. */
const STOP_MS = 4_000;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * For a bare `next start`, which waits for every connection to end: a stream never does so by itself. Exit codes are
 * those that Next has for these signals.
 */
export function endStreamsOnSignal(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      setTimeout(() => process.exit(EXIT_CODES[signal]), STOP_MS);
      const { hub } = await import("./hub");
      await hub().close();
    });
  }
}
