"use client";

import { useState } from "react";
import { copyText } from "@/lib/client/screen/clipboard";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import type { Words } from "@/lib/client/store/stranded";

type Props = {
  conversationId: string;
  words: readonly Words[];
  /** What they lie on. */
  on: "surface" | "raised";
};

/** What can be sent no more, in full, to take along or to let go. */
export function UnsentWords({ conversationId, words, on }: Props) {
  const messenger = useMessengerActions();
  const [copied, setCopied] = useState<{ id: string; done: boolean } | null>(null);
  const copiedOf = (clientId: string | null) => (copied?.id === (clientId ?? "draft") ? copied : null);
  return (
    <ul className="grid gap-2 text-start">
      {words.map(({ clientId, text }) => (
        <li key={clientId ?? "draft"} className={`rounded-md px-3 pt-2 pb-1 ${on === "surface" ? "bg-raised" : "bg-surface"}`}>
          <p dir="auto" className="max-h-44 overflow-y-auto text-wrap whitespace-pre-wrap wrap-anywhere text-text">
            {text}
          </p>
          <p className="mt-1 flex flex-wrap items-center gap-x-1 text-sm text-muted">
            <span className="me-auto">{clientId === null ? "Draft" : "Not sent"}</span>
            <button
              type="button"
              className={ACTION}
              onClick={async (event) => {
                const shown = event.currentTarget.closest("li")?.firstElementChild as Element;
                const done = await copyText(text);
                // What is selected can be copied by hand. Not before: copying may take the selection.
                if (!done) getSelection()?.selectAllChildren(shown);
                setCopied({ id: clientId ?? "draft", done });
              }}
            >
              {copiedOf(clientId)?.done ? "Copied" : "Copy"}
            </button>
            <button
              type="button"
              className={ACTION}
              onClick={() => (clientId === null ? messenger.setDraft(conversationId, "") : void messenger.discard(clientId))}
            >
              Discard
            </button>
          </p>
          <p role="alert" className="text-sm text-danger empty:hidden">
            {copiedOf(clientId)?.done === false && "The browser did not allow that. The words are selected: copy them by hand."}
          </p>
        </li>
      ))}
    </ul>
  );
}

const ACTION =
  "inline-flex min-h-8 touch:min-h-11 items-center rounded-sm px-1.5 font-medium text-accent underline-offset-3 hover:underline";
