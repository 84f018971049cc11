import { useMessengerActions } from "@/lib/client/screen/hooks";

/** Says in words that a message was refused and why, with the two ways out. */
export function FailedNote({ clientId, reason }: { clientId: string; reason: string | null }) {
  const messenger = useMessengerActions();
  return (
    <p className="mt-1 flex flex-wrap items-center justify-end gap-x-1 text-sm text-danger">
      <span>Not sent. {reason}</span>
      <button type="button" onClick={() => messenger.retry(clientId)} className={ACTION}>
        Try again
      </button>
      <button type="button" onClick={() => messenger.discard(clientId)} className={ACTION}>
        Discard
      </button>
    </p>
  );
}

const ACTION =
  "inline-flex min-h-6 touch:min-h-10 items-center rounded-sm px-1.5 font-medium underline underline-offset-3 hover:no-underline";
