/** Length in Unicode code points: what every limit on text counts. */
export function codePoints(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}

/** False for what PostgreSQL cannot store or UTF-8 cannot say: NUL characters and lone surrogates. */
export function isWellFormedText(text: string): boolean {
  return !text.includes("\u0000") && !/\p{Surrogate}/u.test(text);
}
