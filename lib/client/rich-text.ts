import { LinkifyIt } from "linkify-it";

export type Piece = { text: string; href: string | null };

/** No protocol-relative links: `//` begins a comment more often than an address. */
const linkify = new LinkifyIt({ fuzzyLink: true }).add("//", null);

/** Marks that turn the direction of text: an address that holds one reads as another than it is. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const EMOJI =
  /^(?:\p{RI}\p{RI}|\p{Emoji}(?:\p{EMod}|\ufe0f\u20e3?|[\u{e0020}-\u{e007e}]+\u{e007f})?(?:\u200d\p{Emoji}(?:\p{EMod}|\ufe0f)?)*)$/u;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A text in pieces, links apart. What is between them is kept to the letter. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of linkify.match(text) ?? []) {
    if (!/^(https?|mailto):/i.test(match.url) || DIRECTIONS.test(match.url)) continue;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), href: null });
    pieces.push({ text: match.text, href: match.url });
    at = match.lastIndex;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), href: null });
  return pieces;
}

/** Up to three emoji and nothing else: shown large. */
export function isEmojiOnly(text: string): boolean {
  if (text.length > 60 || /^[\d#*\s]+$/.test(text)) return false;
  const parts = [...graphemes.segment(text)].map(({ segment }) => segment).filter((part) => part.trim() !== "");
  return parts.length > 0 && parts.length <= 3 && parts.every((part) => EMOJI.test(part) && !/^[\d#*]$/.test(part));
}

/** The path of a link to a page of this site; null for another site, and for what is no page. */
export function pathWithin(href: string, origin: string): string | null {
  const url = URL.canParse(href) ? new URL(href) : null;
  // A path that begins with two slashes names another host as soon as it stands alone.
  if (url?.origin !== origin || /^\/(\/|api\/)/.test(url.pathname)) return null;
  return url.pathname + url.search + url.hash;
}
