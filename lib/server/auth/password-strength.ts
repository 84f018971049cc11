import "server-only";
import { reason } from "@/lib/protocol/errors/codes";
import type { Reason } from "@/lib/protocol/errors/entry";
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
 * Why a password is not taken that guessers try early; null for any other. Found are those that many
 * people have, also with other letter case, signs for letters, repeated, or with digits and signs around; characters in
 * a row, or digits alone; and the username.
 */
export async function whyGuessable(password: string, username: string): Promise<Reason | null> {
  const text = password.normalize("NFKC").toLowerCase();
  const beside = text.replaceAll(usernameKey(username), "").replaceAll("parley", "");
  if (codePoints(beside) < BESIDE_NAMES_MIN) return reason("password_of_username");
  if (new Set(text).size < DIFFERENT_MIN || isRow(text)) return reason("password_of_one_sign");
  const digits = text.replace(/[\s./-]+/g, "");
  if (/^\d+$/.test(digits) && digits.length <= DIGITS_ALONE_MAX) return reason("password_of_digits");
  const common = await commonPasswords();
  if (readings(text).some((reading) => common.has(reading))) {
    return reason("password_common");
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
