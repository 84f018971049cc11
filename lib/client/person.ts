import type { User } from "@/lib/protocol/users";

const HUES = 12;

/** What a person is called on screen. */
export function displayName(user: Pick<User, "name" | "username">): string {
  return user.name ?? user.username;
}

/** Up to two letters: of the first and the last word of a name, or the first two of a username. */
export function initials(user: Pick<User, "name" | "username">): string {
  const words = displayName(user).split(/[\s_.-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const picked = words.length > 1 ? [words[0], words.at(-1)].map((word) => firstLetters(word, 1)) : [firstLetters(words[0], 2)];
  return picked.join("").toUpperCase() || "?";
}

/** A person's colour, for ever the same: which of the hues of globals.css their id falls on. */
export function hueOf(id: string): number {
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) >>> 0;
  return hash % HUES;
}

function firstLetters(word = "", count: number): string {
  return [...word].filter((c) => /[\p{L}\p{N}]/u.test(c)).slice(0, count).join("");
}
