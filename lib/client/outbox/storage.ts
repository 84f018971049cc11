/** The keys of a storage that begin so: a list of its own, so that they can be removed on the way. */
export function keysOf(storage: Storage | undefined, prefix: string): string[] {
  const keys = Array.from({ length: storage?.length ?? 0 }, (_, i) => storage?.key(i) ?? "");
  return keys.filter((key) => key.startsWith(prefix));
}
