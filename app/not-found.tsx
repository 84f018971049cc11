import type { Metadata } from "next";
import { ToConversations } from "@/components/messenger/to-conversations";
import { FullPageNote } from "@/components/ui/full-page-note";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <FullPageNote title="There is nothing here" actions={<ToConversations look="primary" />}>
      The address may be mistyped, or the page has gone.
    </FullPageNote>
  );
}
