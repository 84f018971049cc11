import "server-only";
import { codePoints } from "@/lib/protocol/text";
import { single } from "../single";
import { usernameKey } from "./usernames";

/** Characters that a password has to have beside the names of account and place, and different ones that it has to be made of. */
const BESIDE_NAMES_MIN = 6;
const DIFFERENT_MIN = 5;

/** Digits that dates, telephone numbers and the like have at most. */
const DIGITS_ALONE_MAX = 15;

const SIGNS: Record<string, string> = { "@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", $: "s", "5": "s", "7": "t", "+": "t" };

/** Loaded with the first password that is chosen: 49,000 words that take 5 MB. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  return single("common passwords", async () => {
    const { dictionary } = await import("@zxcvbn-ts/language-common");
    return new Set(dictionary["passwords-common"]);
  });
}

/**
 * What to do about a password that guessers try early, as a sentence; null for any other. Found are those that many
 * people have, also with other letter case, signs for letters, repeated, or with digits and signs around; characters in
 * a row, or digits alone; and the username.
 */
export async function whyGuessable(password: string, username: string): Promise<string | null> {
  const text = password.normalize("NFKC").toLowerCase();
  const beside = text.replaceAll(usernameKey(username), "").replaceAll("parley", "");
  if (codePoints(beside) < BESIDE_NAMES_MIN) return "Choose a password that is not made of your username.";
  if (new Set(text).size < DIFFERENT_MIN || isRow(text))
    return "Choose more than one sign repeated or a row of them: a few words are good.";
  const digits = text.replace(/[\s./-]+/g, "");
  if (/^\d+$/.test(digits) && digits.length <= DIGITS_ALONE_MAX) return "Choose more than digits alone: a few words are good.";
  const common = await commonPasswords();
  if (readings(text).some((reading) => common.has(reading))) {
    return "Many people have this password, so it is guessed first. Take a few words that do not belong together.";
  }
  return null;
}

/** "abcdefghij", "9876543210": each character next to the one before. */
function isRow(text: string): boolean {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0);
  const steps = new Set(points.slice(1).map((point, i) => point - (points[i] ?? 0)));
  return steps.size === 1 && Math.abs([...steps][0] ?? 0) === 1;
}

/** What a password may be meant as. */
function readings(text: string): string[] {
  const packed = text.replace(/[\s_.-]+/g, "");
  const [bare = ""] = /\p{L}(?:.*\p{L})?/su.exec(packed) ?? [];
  const spelled = [text, packed, bare].flatMap((reading) => [reading, reading.replace(/[@431!0$57+]/g, (sign) => SIGNS[sign] ?? sign)]);
  return [...spelled, ...spelled.map(unit)].filter((reading) => reading !== "");
}

/** What a text repeats: "monkey" of "monkeymonkey"; else the text itself. */
function unit(text: string): string {
  return text.slice(0, (text + text).indexOf(text, 1));
}
