"use client";

import { ArrowUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useDraft, useMessenger, useMessengerActions } from "@/lib/client/screen/hooks";
import { MESSAGE_MAX_CODE_POINTS } from "@/lib/protocol/limits";
import { codePoints } from "@/lib/protocol/text";

/** From here on the composer counts down. */
const COUNT_FROM = 300;

type Props = {
  conversationId: string;
  label: string;
  /** Names what the form sends without script, where the server has rendered it: new for each page that it renders. */
  formId?: string | undefined;
};

/**
 * Where one writes. Enter sends and Shift+Enter breaks the line; under a thumb Enter breaks the line
 * and the button sends. Never disabled: what is sent without a connection waits in the outbox, and before the script
 * has come the browser itself sends the form.
 */
export function Composer({ conversationId, label, formId: servedId }: Props) {
  const messenger = useMessengerActions();
  const draft = useDraft(conversationId);
  const userId = useMessenger((state) => state.me.id);
  const field = useRef<HTMLTextAreaElement>(null);
  const [formId] = useState(servedId);
  const [scripted, setScripted] = useState(false);
  /** What stood in the form when the script came, and may be on its way already under the form's id. */
  const found = useRef<{ content: string; clientId: string } | null>(null);
  const rendered = useRef(draft);
  const left = MESSAGE_MAX_CODE_POINTS - (draft.length < MESSAGE_MAX_CODE_POINTS - COUNT_FROM ? 0 : codePoints(draft.trim()));
  const sendable = draft.trim() !== "" && left >= 0;

  useEffect(() => {
    setScripted(true);
    // What was typed before the script came would otherwise be lost with the first key after it.
    const typed = field.current?.value ?? "";
    if (typed !== rendered.current) {
      messenger.takeOverDraft(conversationId, typed);
      if (formId) found.current = { content: typed.trim(), clientId: formId };
    }
    // On touch a focus would raise the keyboard over what one came to read.
    if (!matchMedia("(pointer: coarse)").matches) field.current?.focus({ preventScroll: true });
  }, [messenger, conversationId, formId]);

  function send() {
    field.current?.focus();
    if (!sendable) return;
    const content = draft.trim();
    void messenger.send(conversationId, content, found.current?.content === content ? found.current.clientId : undefined);
    found.current = null;
    void messenger.jumpToLatest(conversationId);
  }

  return (
    <div className="composer-bar">
      {left < 0 && (
        <p id="characters-left" role="status" className="mx-auto w-full max-w-190 px-8 pb-2 text-sm text-danger">
          {-left === 1 ? "One character" : `${(-left).toLocaleString("en")} characters`} too many: shorten it, or send it in parts.
        </p>
      )}
      <form
        method="post"
        action={`/api/forms/conversations/${conversationId}/messages`}
        className="group mx-auto flex w-full max-w-190 items-end gap-2 px-4"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <input type="hidden" name="user" value={userId} />
        {formId && <input type="hidden" name="clientId" value={formId} autoComplete="off" />}
        <div className="composer" data-text={`${draft}\u200b`}>
          <textarea
            ref={field}
            name="content"
            aria-label={label}
            aria-describedby={left <= COUNT_FROM ? "characters-left" : undefined}
            aria-invalid={left < 0 || undefined}
            placeholder="Write a message"
            dir="auto"
            rows={1}
            autoComplete="off"
            enterKeyHint="enter"
            value={draft}
            onChange={(event) => messenger.setDraft(conversationId, event.target.value)}
            onKeyDown={(event) => {
              // In the middle of composing Japanese, say, Enter picks a word. 229 is how Safari tells.
              const composing = event.nativeEvent.isComposing || event.keyCode === 229;
              if (event.key !== "Enter" || event.shiftKey || composing || matchMedia("(pointer: coarse)").matches) return;
              event.preventDefault();
              send();
            }}
          />
        </div>
        <div>
          {left >= 0 && left <= COUNT_FROM && (
            <span id="characters-left" className="composer-count text-muted">
              {left}
              <span className="sr-only"> characters left</span>
            </span>
          )}
          <button
            type="submit"
            aria-label="Send"
            title="Send"
            aria-disabled={scripted ? !sendable : undefined}
            className="flex size-11 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent transition-[background-color,opacity] duration-120 hover:bg-accent-hover group-has-[textarea:placeholder-shown]:bg-transparent group-has-[textarea:placeholder-shown]:text-muted aria-disabled:bg-transparent aria-disabled:text-muted"
          >
            <ArrowUp aria-hidden="true" className="size-5" strokeWidth={2.25} />
          </button>
        </div>
      </form>
    </div>
  );
}
