import type { Conversation } from "@/lib/protocol/conversations";
import type { User } from "@/lib/protocol/users";

const HUES = 12;

/** What a person is called on screen. */
export function displayName(user: Pick<User, "name" | "username">): string {
  return user.name ?? user.username;
}

/** The first word of what a person is called, where there is room for little. */
export function shortName(user: Pick<User, "name" | "username">): string {
  return displayName(user).trim().split(/\s/)[0] ?? "";
}

/** What a conversation is called: as its group, or as the other person. */
export function conversationName({ group, otherParticipant }: Pick<Conversation, "group" | "otherParticipant">): string {
  return group?.name ?? (otherParticipant ? displayName(otherParticipant) : "");
}

/** A number of people in words. */
export function peopleCount(count: number): string {
  return count === 1 ? "1 person" : `${count.toLocaleString("en")} people`;
}

/**
 * Two letters where letters have case, from the first and the last such word; one in scripts whose letters
 * join or need no more.
 */
export function initials(user: Pick<User, "name" | "username">): string {
  const words = displayName(user).match(/[\p{L}\p{N}]+/gu) ?? [];
  const [first = ""] = words;
  if (/^\p{Lo}/u.test(first)) return lettersOf(first, 1);
  const last = words.slice(1).findLast((word) => !/^\p{Lo}/u.test(word));
  return (last ? lettersOf(first, 1) + lettersOf(last, 1) : lettersOf(first, 2)).toUpperCase();
}

/** A person's colour, for ever the same: which of the hues of globals.css their id falls on. */
export function hueOf(id: string): number {
  // FNV-1a: ids of one minute begin alike, and their colours should not.
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % HUES;
}

function lettersOf(word: string, count: number): string {
  return [...word].slice(0, count).join("");
}
