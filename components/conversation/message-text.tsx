"use client";

import Link from "next/link";
import { Fragment, useSyncExternalStore } from "react";
import { pathWithin, piecesOf } from "@/lib/client/screen/rich-text";

/** What somebody wrote: as typed, with links that can be followed. Only ever text nodes and anchors. */
export function MessageText({ text }: { text: string }) {
  return piecesOf(text).map((piece, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text never move
    <Fragment key={i}>{piece.href === null ? piece.text : <MessageLink href={piece.href}>{piece.text}</MessageLink>}</Fragment>
  ));
}

const LINK = "underline decoration-current/40 underline-offset-3 transition-colors duration-120 hover:decoration-current";

const never = () => () => {};

/**
 * Links of this site open in place, others in a new tab that learns nothing of this one. An address reads from left
 * to right whatever stands before it: `dir` also keeps out marks that would show it backwards, as another one.
 */
function MessageLink({ href, children }: { href: string; children: string }) {
  // The server does not know by which address people reach it, so there every link is foreign.
  const origin = useSyncExternalStore(
    never,
    () => window.location.origin,
    () => null,
  );
  const path = origin && pathWithin(href, origin);
  return path ? (
    <Link href={path} dir="ltr" prefetch={false} className={LINK}>
      {children}
    </Link>
  ) : (
    <a href={href} dir="ltr" target="_blank" rel="noopener noreferrer" className={LINK}>
      {children}
    </a>
  );
}
