/**
 * Hosts that read as another one. A host is shown in its own letters where nobody could take it for a Latin one:
 * each label is of one script (or of those that Japanese, Korean and Chinese are written in), and none that is made of
 * look-alikes of Latin letters stands under a Latin top-level domain. Any other is shown as what a browser asks for,
 * `xn--…`. After "highly restrictive" of Unicode's UTS 39, less its mixtures with Latin, and Chromium's rule for
 * whole scripts that look like Latin.
 */

/** Latin as languages write it: neither phonetic letters nor marks that stand apart from what they are on. */
const LATIN = /^[a-z\d\u00df-\u00f6\u00f8-\u017f\u01a0\u01a1\u01af\u01b0\u0218-\u021b\u1e80-\u1ef9-]*$/i;

const WRITTEN_ALONE = ["Cyrillic", "Greek", "Armenian", "Georgian", "Hebrew", "Arabic", "Ethiopic", "Devanagari", "Bengali", "Gurmukhi"]
  .concat(["Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala", "Thai", "Lao", "Myanmar", "Khmer", "Tibetan"])
  .map((script) => [script]);
const WRITTEN_TOGETHER = [
  ["Han", "Hiragana", "Katakana"],
  ["Han", "Hangul"],
  ["Han", "Bopomofo"],
];
const SCRIPTS = [...WRITTEN_ALONE, ...WRITTEN_TOGETHER].map(
  (scripts) => new RegExp(`^(?:[\\d-]|[\\p{L}\\p{M}\\p{N}\u30fc](?<=[${scripts.map((script) => `\\p{scx=${script}}`).join("")}]))+$`, "u"),
);

/** Letters of Cyrillic, Greek and Armenian that pass for Latin ones, small and capital: with nothing else a label reads as Latin. */
const LOOK_ALIKES = /^[\d\-\p{M}аѐёеѕіїјӏһорсухъьпгґѵѡҽԁԛԝАВЁЕЅІЇЈӀКМНОРСТУХЬԀԚԜαάγεέηήιίϊκνοόρτυύϋχωώϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧագեզհյոսւօքֆցՍՏՕ]+$/u;

const HOST = /^((?:[a-z]+:(?:\/\/)?)?(?:[^/?#]*@)?)([^/?#:@]+)/i;

/** A link's text, with its host as `xn--…` where that could be taken for another one. */
export function honestText(text: string): string {
  return text.replace(HOST, (whole, before: string, host: string) => (isPlain(host) ? whole : before + asciiOf(host)));
}

function isPlain(host: string): boolean {
  const labels = host.normalize("NFC").split(/[.\u3002\uff0e\uff61]/);
  const top = labels.at(-1) || labels.at(-2) || "";
  return labels.every(
    (label) => LATIN.test(label) || (SCRIPTS.some((script) => script.test(label)) && !(isAscii(top) && LOOK_ALIKES.test(label))),
  );
}

function isAscii(label: string): boolean {
  return /^[\x21-\x7e]*$/.test(label);
}

/** What a browser makes of it; what it can make nothing of leads nowhere, and stays. Small letters are in every version's tables. */
function asciiOf(host: string): string {
  const url = `http://${host.toLowerCase()}`;
  return URL.canParse(url) ? new URL(url).hostname : host;
}
