import { LinkifyIt } from "linkify-it";
import { honestText } from "./hosts";

export type Piece = { text: string; href: string | null };

/** No protocol-relative links: `//` begins a comment more often than an address. */
const linkify = new LinkifyIt({ fuzzyLink: true }).add("//", null);

/** Links of one message that can be followed. An anchor costs a page thirty times what its text does. */
export const LINKS_MAX = 50;

/** Marks that turn the direction of text: an address that holds one reads as another than it is. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Up to three, however many characters each of them is made of: a family, a flag, a hand and its colour. */
const FEW_EMOJI = /^\s*(?:\p{RGI_Emoji}\s*){1,3}$/v;

/** A text in pieces, the first {@link LINKS_MAX} links apart. It is kept to the letter, but for hosts of links that read as another one. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let links = 0;
  for (const match of linkify.match(text) ?? []) {
    if (links === LINKS_MAX) break;
    if (!/^(https?|mailto):/i.test(match.url) || DIRECTIONS.test(match.url)) continue;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), href: null });
    pieces.push({ text: honestText(match.text), href: match.url });
    links++;
    at = match.lastIndex;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), href: null });
  return pieces;
}

/** Up to three emoji and nothing else: shown large. */
export function isEmojiOnly(text: string): boolean {
  return FEW_EMOJI.test(text);
}

/** The path of a link to a page of this site; null for another site, and for what is no page. */
export function pathWithin(href: string, origin: string): string | null {
  const url = URL.canParse(href) ? new URL(href) : null;
  // A path that begins with two slashes names another host as soon as it stands alone.
  if (url?.origin !== origin || /^\/(\/|api\/)/.test(url.pathname)) return null;
  return url.pathname + url.search + url.hash;
}
