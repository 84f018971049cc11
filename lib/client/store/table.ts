/** Into so many parts a table is divided: of 5,000 values a change copies 80. */
const PARTS = 64;

/**
 * Values by id, for thousands of them: a table that differs in one value shares all its parts but one with the table that
 * it was made from. A copied object of 5,000 keys costs a hundred times as much.
 */
export class Table<T> {
  private constructor(
    private readonly parts: readonly Map<string, T>[],
    readonly size: number,
  ) {}

  static empty<T>(): Table<T> {
    return new Table(
      Array.from({ length: PARTS }, () => new Map()),
      0,
    );
  }

  get(id: string): T | undefined {
    return this.parts[partOf(id)]?.get(id);
  }

  /** @param owned the parts that whoever writes has made themselves, and may write to once more */
  with(id: string, value: T, owned: Set<object>): Table<T> {
    const at = partOf(id);
    const before = this.parts[at] as Map<string, T>;
    const size = before.has(id) ? this.size : this.size + 1;
    if (owned.has(before)) {
      before.set(id, value);
      return new Table(this.parts, size);
    }
    const part = new Map(before).set(id, value);
    owned.add(part);
    return new Table(this.parts.with(at, part), size);
  }

  /** @param owned as in `with` */
  without(id: string, owned: Set<object>): Table<T> {
    const at = partOf(id);
    const before = this.parts[at] as Map<string, T>;
    if (!before.has(id)) return this;
    const part = owned.has(before) ? before : new Map(before);
    owned.add(part);
    part.delete(id);
    return new Table(this.parts.with(at, part), this.size - 1);
  }

  *ids(): Generator<string> {
    for (const part of this.parts) yield* part.keys();
  }
}

/** By the end of an id: the head of a UUID of version 7 is its time. */
function partOf(id: string): number {
  let hash = 0;
  for (let i = Math.max(0, id.length - 6); i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) | 0;
  return (hash >>> 0) % PARTS;
}
