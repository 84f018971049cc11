"use client";

import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { Search, X } from "lucide-react";
import { ICON_BUTTON } from "@/components/ui/button";
import { type Found, useFind } from "@/lib/client/screen/find";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { useKey } from "@/lib/client/screen/keys";
import { useVisit } from "@/lib/client/screen/visit";
import { FindNote } from "./find-note";
import { FoundRow } from "./found-row";

type Props = { open: boolean; onOpenChange: (open: boolean) => void; openId: string | null };

/** Switches to a conversation or starts one: type, pick with the arrows, Enter. Ctrl or ⌘ with K opens it. */
export function FindDialog({ open, onOpenChange, openId }: Props) {
  useKey(
    (event) => (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k",
    () => onOpenChange(!open),
  );
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-scrim transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Viewport className="fixed inset-0 z-30 flex justify-center p-3 pt-[max(0.75rem,env(safe-area-inset-top))] sm:pt-[14vh]">
          <Dialog.Popup className="floating flex h-fit max-h-[min(32rem,100%)] w-full max-w-120 flex-col overflow-hidden transition-[opacity,translate] duration-160 ease-out data-ending-style:opacity-0 data-starting-style:-translate-y-2 data-starting-style:opacity-0">
            <Dialog.Title className="sr-only">Find or start a conversation</Dialog.Title>
            <FindPanel openId={openId} onDone={() => onOpenChange(false)} />
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function FindPanel({ openId, onDone }: { openId: string | null; onDone: () => void }) {
  const { visit } = useVisit();
  const messenger = useMessengerActions();
  const { text, setText, groups, status, fail } = useFind(openId);

  async function go(found: Found) {
    try {
      const id = found.kind !== "person" ? found.id : (await messenger.startConversation(found.user.username)).id;
      onDone();
      visit(`/c/${id}`);
    } catch (error) {
      fail(error, () => void go(found));
    }
  }

  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      filter={null}
      autoHighlight="always"
      value={text}
      onValueChange={(value, { reason }) => reason !== "item-press" && setText(value)}
      itemToStringValue={(item: Found) => item.key}
    >
      <div className="flex shrink-0 items-center gap-3 ps-4 pe-2">
        <Search aria-hidden="true" className="size-4.5 shrink-0 text-muted" />
        <Autocomplete.Input
          aria-label="Find by name or username"
          placeholder="Name or username"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          className="h-14 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-muted"
        />
        <Dialog.Close aria-label="Close" className={ICON_BUTTON}>
          <X aria-hidden="true" className="size-4.5" />
        </Dialog.Close>
      </div>
      <div className="min-h-0 overflow-y-auto overscroll-contain">
        <Autocomplete.List className="px-2 pb-2 empty:hidden">
          {(group: { value: string; items: Found[] }) => (
            <Autocomplete.Group key={group.value} items={group.items}>
              <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 text-xs font-medium text-muted">{group.value}</Autocomplete.GroupLabel>
              <Autocomplete.Collection>
                {(found: Found) => (
                  <Autocomplete.Item
                    key={found.key}
                    value={found}
                    onClick={() => void go(found)}
                    className="flex min-h-12 items-center gap-3 rounded-sm px-2.5 outline-none data-highlighted:bg-hover"
                  >
                    <FoundRow found={found} />
                  </Autocomplete.Item>
                )}
              </Autocomplete.Collection>
            </Autocomplete.Group>
          )}
        </Autocomplete.List>
        <Autocomplete.Status className="empty:hidden">
          <FindNote status={status} />
        </Autocomplete.Status>
      </div>
    </Autocomplete.Root>
  );
}
