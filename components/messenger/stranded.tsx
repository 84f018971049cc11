"use client";

import { Dialog } from "@base-ui/react/dialog";
import { ChevronRight, MessageSquareWarning, X } from "lucide-react";
import { UnsentWords } from "@/components/conversation/unsent-words";
import { ICON_BUTTON } from "@/components/ui/button";
import { useStranded } from "@/lib/client/screen/hooks";

/** Says that there is something that one has written and that can be sent no more, and shows it. */
export function StrandedWords() {
  const stranded = useStranded();
  const count = stranded.reduce((sum, { words }) => sum + words.length, 0);
  if (count === 0) return null;
  return (
    <Dialog.Root>
      <Dialog.Trigger className="mx-3 mb-2 flex min-h-10 touch:min-h-11 shrink-0 items-center gap-2.5 rounded-md bg-raised px-3 text-start text-sm transition-colors duration-120 hover:bg-hover">
        <MessageSquareWarning aria-hidden="true" className="size-4 shrink-0 text-danger" />
        <span className="min-w-0 flex-1 py-1.5">{count === 1 ? "1 message cannot be sent" : `${count} messages cannot be sent`}</span>
        <ChevronRight aria-hidden="true" className="size-4 shrink-0 text-muted rtl:-scale-x-100" />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-scrim transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Viewport className="fixed inset-0 z-30 flex items-center justify-center p-4">
          <Dialog.Popup className="floating flex max-h-[min(40rem,100%)] w-full max-w-110 flex-col transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0">
            <div className="flex shrink-0 items-center justify-between gap-2 py-2 ps-5 pe-2">
              <Dialog.Title className="text-lg font-bold">What cannot be sent</Dialog.Title>
              <Dialog.Close aria-label="Close" className={ICON_BUTTON}>
                <X aria-hidden="true" className="size-4.5" />
              </Dialog.Close>
            </div>
            <div className="grid gap-4 overflow-y-auto overscroll-contain px-5 pb-5">
              <Dialog.Description className="text-sm text-pretty text-muted">
                You wrote this in a group that you are not in any more. It is kept on this device only.
              </Dialog.Description>
              {stranded.map(({ conversationId, name, words }) => (
                <section key={conversationId} className="grid gap-2">
                  <h3 className="truncate text-sm font-medium">
                    <bdi dir="auto">{name ?? "A group that you are not in any more"}</bdi>
                  </h3>
                  <UnsentWords conversationId={conversationId} words={words} on="raised" />
                </section>
              ))}
            </div>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
