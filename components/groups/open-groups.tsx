"use client";

import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { useCallback, useDeferredValue, useState } from "react";
import { ICON_BUTTON } from "@/components/ui/button";
import { Rows } from "@/components/ui/rows";
import { SearchField } from "@/components/ui/search-field";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { usePages } from "@/lib/client/screen/pages";
import { OpenGroupRow } from "./open-group-row";

/** The groups that anybody on this server joins. */
export function OpenGroups() {
  const { ask } = useMessengerActions();
  const [text, setText] = useState("");
  const search = useDeferredValue(text.trim());
  const load = useCallback((before: string | undefined, signal: AbortSignal) => ask.openGroups({ search, before }, signal), [ask, search]);
  const groups = usePages(load);
  return (
    <>
      <header className="conversation-header flex min-h-16 shrink-0 items-center gap-1 px-4 pt-[env(safe-area-inset-top)] max-md:ps-1.5">
        <Link href="/" aria-label="Conversations" className={`${ICON_BUTTON} md:hidden`}>
          <ArrowLeft aria-hidden="true" className="size-5" />
        </Link>
        <h2 className="font-bold min-[100rem]:mx-auto min-[100rem]:max-w-152 min-[100rem]:flex-1">Open groups</h2>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain [scrollbar-gutter:stable]">
        <div className="mx-auto flex w-full max-w-160 flex-col gap-3 px-4 pb-8">
          <SearchField
            label="Find a group"
            placeholder="Find a group"
            value={text}
            onChange={setText}
            className="h-11 bg-raised shadow-[inset_0_0_0_1px_var(--color-field)]"
          />
          <Rows
            pages={groups}
            label="Open groups"
            empty={search ? "No open group goes by that." : "There are none yet. Whoever makes a group can open it in its settings."}
          >
            {(group) => <OpenGroupRow group={group} />}
          </Rows>
        </div>
      </div>
    </>
  );
}
