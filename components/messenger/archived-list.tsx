"use client";

import { ArrowLeft } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button, ICON_BUTTON } from "@/components/ui/button";
import { ApiError } from "@/lib/client/request";
import { useMessenger, useMessengerActions } from "@/lib/client/screen/hooks";
import { moveFocus } from "@/lib/client/screen/keys";
import { sentence } from "@/lib/protocol/errors/codes";
import { ConversationMenu } from "./conversation-menu";
import { ConversationRow } from "./conversation-row";

/** What one has put away, in place of the list. */
export function ArchivedList({ openId, onBack }: { openId: string | null; onBack: () => void }) {
  const messenger = useMessengerActions();
  const order = useMessenger((state) => state.archived);
  const back = useRef<HTMLButtonElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [loading, setLoading] = useState(true);
  const [failure, setFailure] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is an occasion too
  useEffect(() => {
    setFailure(null);
    messenger
      .loadArchived()
      .catch((error: unknown) => setFailure(error instanceof ApiError ? error.message : sentence("not_done")))
      .finally(() => setLoading(false));
  }, [messenger, attempt]);
  useEffect(() => back.current?.focus(), []);

  const stop = focused !== null && order.includes(focused) ? focused : order[0];
  return (
    <nav
      aria-label="Archived conversations"
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]"
    >
      <div className="flex items-center gap-1 pb-1">
        <button ref={back} type="button" aria-label="Back to the list" className={ICON_BUTTON} onClick={onBack}>
          <ArrowLeft aria-hidden="true" className="size-4.5" />
        </button>
        <h2 className="font-bold">Archived</h2>
      </div>
      <ConversationMenu>
        <ul onKeyDown={(event) => moveFocus(event.currentTarget, event.key) && event.preventDefault()}>
          {order.map((id) => (
            <ConversationRow key={id} id={id} open={id === openId} tabStop={id === stop} onFocus={setFocused} />
          ))}
        </ul>
      </ConversationMenu>
      {order.length === 0 && !loading && !failure && (
        <p className="px-3 py-2 text-sm text-pretty text-muted">
          Nothing is archived. What you archive leaves the list until somebody writes in it.
        </p>
      )}
      {failure && (
        <div role="alert" className="flex flex-wrap items-center gap-3 px-3 py-2 text-sm text-muted">
          {failure}
          <Button onClick={() => setAttempt((count) => count + 1)}>Try again</Button>
        </div>
      )}
    </nav>
  );
}
