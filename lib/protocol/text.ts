/** Length in Unicode code points: what every limit on text counts. */
export function codePoints(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}

/**
 * Whether a text stands on one line as what it is: no control characters, and no marks that turn the direction of what
 * comes after them. Marks that emoji and scripts are joined with may stand between what can be seen, not alone.
 */
export function isOneLine(text: string): boolean {
  return !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text) && !/^[\p{DI}\p{Cf}\s\u2800]+$/u.test(text);
}

/** False for what PostgreSQL cannot store or UTF-8 cannot say: NUL characters and lone surrogates. */
export function isWellFormedText(text: string): boolean {
  return !text.includes("\u0000") && !/\p{Surrogate}/u.test(text);
}
