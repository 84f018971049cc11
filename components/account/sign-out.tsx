"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import type { Outcome } from "@/lib/client/account/account";
import type { Leaving } from "@/lib/client/account/leaving";
import { sentence } from "@/lib/protocol/errors/codes";

type Ending = () => Promise<Outcome<void>>;

/** What there is to say: messages would be lost, or it did not work. */
type Asked = { ending: Ending; unsent: number } | { refused: string };

/** Signs out of this device. Where messages have not been sent it asks first, because they go too. */
export function useSignOut(leaving: Leaving) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [pending, startTransition] = useTransition();

  const leave = (ending: Ending) =>
    startTransition(async () => {
      const { errors } = await leaving.leave(ending);
      if (errors) return setAsked({ refused: errors.form ?? sentence("not_done") });
      // A new document: everything that the session rendered is gone with the old one.
      window.location.assign("/sign-in");
    });

  return {
    asked,
    pending,
    leave,
    stay: () => setAsked(null),
    ask: (ending: Ending) =>
      startTransition(async () => {
        const unsent = await leaving.countUnsent();
        if (unsent > 0) setAsked({ ending, unsent });
        else leave(ending);
      }),
  };
}

type Props = Pick<ReturnType<typeof useSignOut>, "asked" | "stay" | "leave" | "pending">;

export function SignOutDialog({ asked, stay, leave, pending }: Props) {
  return (
    <AlertDialog.Root open={asked !== null} onOpenChange={(open) => open || stay()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-30 bg-scrim transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <AlertDialog.Viewport className="fixed inset-0 z-30 flex items-center justify-center p-4">
          <AlertDialog.Popup className="floating grid w-full max-w-96 gap-2 p-6 transition-[opacity,translate] duration-160 ease-out data-ending-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0">
            {asked && "unsent" in asked && <Question {...asked} stay={stay} leave={leave} pending={pending} />}
            {asked && "refused" in asked && <Refusal reason={asked.refused} stay={stay} />}
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function Question({ unsent, ending, stay, leave, pending }: { unsent: number; ending: Ending } & Omit<Props, "asked">) {
  const one = unsent === 1;
  return (
    <>
      <AlertDialog.Title className="text-lg font-bold text-balance">
        {one ? "1 message has not been sent yet" : `${unsent} messages have not been sent yet`}
      </AlertDialog.Title>
      <AlertDialog.Description className="text-pretty text-muted">
        {one ? "It is kept on this device only. Signing out removes it." : "They are kept on this device only. Signing out removes them."}
      </AlertDialog.Description>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button look="danger" disabled={pending} onClick={() => leave(ending)}>
          Sign out anyway
        </Button>
        <Button look="primary" onClick={stay}>
          Stay
        </Button>
      </div>
    </>
  );
}

function Refusal({ reason, stay }: { reason: string } & Pick<Props, "stay">) {
  return (
    <>
      <AlertDialog.Title className="text-lg font-bold text-balance">You are still signed in</AlertDialog.Title>
      <AlertDialog.Description className="text-pretty text-muted">{reason}</AlertDialog.Description>
      <div className="mt-4 flex justify-end">
        <Button look="primary" onClick={stay}>
          Go on
        </Button>
      </div>
    </>
  );
}
