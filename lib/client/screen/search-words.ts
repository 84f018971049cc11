import type { User } from "@/lib/protocol/users";

/** Accents, and what joins letters or turns their direction. */
const MARKS =
  /[\ufe00-\ufe0f\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u3099\u309a\u200b-\u200f\u202a-\u202e\u2060-\u206f]+/g;
const SEPARATORS = /[\s!-/:-@[-`{-~\u00a1\u00bf\u00b7\u2010-\u2027\u3000-\u3002]+/;
/** Letters that are one letter with a stroke, or two in one: no mark can be taken off them. */
const LETTERS: Record<string, string> = {
  ς: "σ",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  ħ: "h",
  ı: "i",
  ŧ: "t",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  þ: "th",
};

/** The words of a text, accents, letter case and punctuation aside: as `search_words` of the migrations makes them for the server. */
export function searchWords(text: string): string[] {
  const letters = text.normalize("NFKD").replace(MARKS, "").toLowerCase();
  return letters
    .replace(/[ςøłđðħıŧßæœþ]/g, (letter) => LETTERS[letter] ?? letter)
    .split(SEPARATORS)
    .filter(Boolean);
}

/** How well somebody's name and username hold all these words: 2 at the beginnings of theirs, 1 inside, 0 not. One Latin letter counts at a beginning only. */
export function matchOf({ username, name }: Pick<User, "username" | "name">, words: readonly string[]): 0 | 1 | 2 {
  const key = ` ${searchWords(`${username} ${name ?? ""}`).join(" ")}`;
  if (words.every((word) => key.includes(` ${word}`))) return 2;
  return words.every((word) => key.includes(/^[a-z0-9]$/.test(word) ? ` ${word}` : word)) ? 1 : 0;
}
