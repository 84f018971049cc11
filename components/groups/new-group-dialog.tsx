"use client";

import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useRef } from "react";
import { ICON_BUTTON } from "@/components/ui/button";
import { NewGroupForm } from "./new-group-form";

type Props = {
  /** Null while it is closed. */
  making: "for some" | "for everybody" | null;
  onClose: () => void;
  /** For whom runs the server: it may be everybody's. */
  administrator: boolean;
};

/** Makes a group: a name, a picture if one likes, and people, or oneself alone. */
export function NewGroupDialog({ making, onClose, administrator }: Props) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root open={making !== null} onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-scrim transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Viewport className="fixed inset-0 z-30 flex justify-center p-3 pt-[max(0.75rem,env(safe-area-inset-top))] sm:pt-[10vh]">
          <Dialog.Popup
            ref={popup}
            initialFocus={() => popup.current?.querySelector<HTMLElement>('[name="name"]') ?? true}
            className="floating flex h-fit max-h-full w-full max-w-112 flex-col overflow-hidden transition-[opacity,translate] duration-160 ease-out data-ending-style:opacity-0 data-starting-style:-translate-y-2 data-starting-style:opacity-0"
          >
            <div className="flex shrink-0 items-center justify-between gap-2 pt-3 pb-1 ps-5 pe-3">
              <Dialog.Title className="text-lg font-bold">New group</Dialog.Title>
              <Dialog.Close aria-label="Close" className={ICON_BUTTON}>
                <X aria-hidden="true" className="size-4.5" />
              </Dialog.Close>
            </div>
            <NewGroupForm administrator={administrator} everybody={making === "for everybody"} onDone={onClose} />
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
