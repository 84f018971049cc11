import "server-only";

/**
 * Makes something that must exist once in the process. The host's bundle and Next's bundle each hold
 * their own instance of every module, so a module variable would exist twice.
 */
export function single<T>(name: string, make: () => T): T {
  const store = globalThis as unknown as Record<symbol, T | undefined>;
  const key = Symbol.for(`parley.${name}`);
  store[key] ??= make();
  return store[key];
}
