import "server-only";
import { randomInt } from "node:crypto";
import { USERNAME_MAX, USERNAME_MIN } from "@/lib/protocol/limits";

/** Names that would speak for the place, its owner or everybody in it. */
const RESERVED = new Set(
  `abuse admin administrator all anonymous api bot channel deleted everybody everyone help here hostmaster info
   mod moderation moderator nobody noreply notifications null official operator owner parley parleyteam
   postmaster root security service settings staff superuser support sysadmin system team undefined unknown
   webmaster`.split(/\s+/),
);

/** Digits that pass for letters; 1 passes for two. */
const LOOKALIKES: Record<string, string> = { "0": "o", "3": "e", "4": "a", "5": "s", "7": "t" };

/** The key that makes names unique and finds them: without regard to case. */
export function usernameKey(username: string): string {
  return username.toLowerCase();
}

/** Whether a name reads like a reserved one: through case, separators, digits for letters, a number at its end. */
export function isReserved(username: string): boolean {
  const letters = usernameKey(username).replace(/[_.-]/g, "");
  const readings = [letters, letters.replace(/\d+$/, "")].flatMap((name) =>
    ["i", "l"].map((one) => name.replaceAll("1", one).replace(/[03457]/g, (digit) => LOOKALIKES[digit] ?? digit)),
  );
  return letters === "" || readings.some((name) => RESERVED.has(name));
}

/**
 * Names for somebody who comes from elsewhere as `wanted`: that name with what a username does not take
 * replaced, then with longer and longer random suffixes, for where it is taken.
 */
export function* usernameCandidates(wanted: string): Generator<string> {
  const cleaned = wanted
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[_.-]+|[_.-]+$/g, "");
  const usable = cleaned.length >= USERNAME_MIN && !isReserved(cleaned);
  if (usable && cleaned.length <= USERNAME_MAX) yield cleaned;
  const stem = usable ? cleaned : "user";
  for (let digits = usable ? 1 : 4; digits <= 9; digits++) {
    const suffix = `-${randomInt(10 ** (digits - 1), 10 ** digits)}`;
    yield `${stem.slice(0, USERNAME_MAX - suffix.length)}${suffix}`;
  }
}
