import type { Metadata } from "next";
import Link from "next/link";
import { buttonClass } from "@/components/ui/button";
import { FullPageNote } from "@/components/ui/full-page-note";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <FullPageNote
      title="There is nothing here"
      actions={
        <Link href="/" className={buttonClass("primary")}>
          To your conversations
        </Link>
      }
    >
      The address may be mistyped, or the page has gone.
    </FullPageNote>
  );
}
