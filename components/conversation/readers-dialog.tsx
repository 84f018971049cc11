"use client";

import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useCallback } from "react";
import { Avatar, PersonName } from "@/components/ui/avatar";
import { ICON_BUTTON } from "@/components/ui/button";
import { Rows } from "@/components/ui/rows";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { usePages } from "@/lib/client/screen/pages";
import type { Message } from "@/lib/protocol/messages";

/** Who of a group has read a message. It is asked for, and so not told of to anybody who did not want to know. */
export function ReadersDialog({ message, onClose }: { message: Message | null; onClose: () => void }) {
  return (
    <Dialog.Root open={message !== null} onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-scrim transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Viewport className="fixed inset-0 z-30 flex items-center justify-center p-4">
          <Dialog.Popup className="floating flex max-h-[min(32rem,100%)] w-full max-w-96 flex-col transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0">
            <div className="flex shrink-0 items-center justify-between gap-2 py-2 ps-5 pe-2">
              <Dialog.Title className="text-lg font-bold">Who has read it</Dialog.Title>
              <Dialog.Close aria-label="Close" className={ICON_BUTTON}>
                <X aria-hidden="true" className="size-4.5" />
              </Dialog.Close>
            </div>
            {message && <Readers message={message} />}
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Readers({ message }: { message: Message }) {
  const { ask } = useMessengerActions();
  const { id, conversationId } = message;
  const load = useCallback(
    (before: string | undefined, signal: AbortSignal) => ask.readers(conversationId, id, { before }, signal),
    [ask, conversationId, id],
  );
  const readers = usePages(load);
  return (
    <Rows pages={readers} label="Who has read it" empty="Nobody yet." className="min-h-0 overflow-y-auto px-3 pb-3">
      {(user) => (
        <div className="flex min-h-12 items-center gap-3 px-2">
          <Avatar user={user} size="sm" />
          <PersonName user={user} />
        </div>
      )}
    </Rows>
  );
}
