"use client";

import { usePathname } from "next/navigation";
import { type KeyboardEvent as ReactKeyboardEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useClock } from "@/components/ui/time";
import { useMessengerActions, useOutbox } from "@/lib/client/screen/hooks";
import { useKey } from "@/lib/client/screen/keys";
import type { ReadingPosition } from "@/lib/client/screen/reading-positions";
import { awayFromEnd, goToEnd, goToMessage, goToUnread, NEAR_END_PX, seenIn } from "@/lib/client/screen/scroll-position";
import { rowsOf } from "@/lib/client/screen/transcript-rows";
import type { TranscriptView } from "@/lib/client/store/views";
import type { Conversation } from "@/lib/protocol/conversations";
import { EdgeSentinel } from "./edge-sentinel";
import { JumpToLatest } from "./jump-to-latest";
import { KeepScrollPosition } from "./keep-scroll-position";
import { MessageMenu } from "./message-menu";
import { MessageRow } from "./message-row";
import { NothingYet } from "./nothing-yet";
import { TranscriptEdge } from "./transcript-edge";

/** The transcript: a window on the conversation, in a scroller whose end shows before any script runs. */
export function MessageList({
  conversation,
  transcript,
  label,
}: {
  conversation: Conversation;
  transcript: TranscriptView;
  label: string;
}) {
  const { id } = conversation;
  const messenger = useMessengerActions();
  const { zone } = useClock();
  const scroller = useRef<HTMLElement>(null);
  const [away, setAway] = useState(false);
  const unsent = useOutbox(id);
  // Past the window's end there is a gap: what is unsent would seem to follow what it does not follow.
  const outbox = transcript.atEnd ? unsent : NONE;
  // What there was when one came is not news: it neither slides in nor takes one to the end.
  const [opened] = useState(() => ({ at: new Date().toISOString(), seq: conversation.lastSeq }));

  const { messages, firstUnread, atStart, atEnd, loadingOlder, loadingNewer, loadingWindow, failure } = transcript;
  const { otherReadSeq } = conversation;
  const inGroup = conversation.kind === "group";
  const rows = useMemo(
    () => rowsOf({ messages, outbox, firstUnread, otherReadSeq, zone, inGroup }),
    [messages, outbox, firstUnread, otherReadSeq, zone, inGroup],
  );
  const lastSent = messages.at(-1)?.seq;
  const pathname = usePathname();

  // Where somebody who comes back left off, until it is on screen.
  const leftAt = useRef<ReadingPosition | null>(null);
  useLayoutEffect(() => {
    // Where the browser has opened at the line by itself, or the reader was quicker than the script, this is done.
    if (scroller.current?.scrollTop !== 0) return;
    leftAt.current = messenger.readingPositionOf(id);
    if (!leftAt.current) goToUnread(scroller.current);
  }, [messenger, id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows are the occasion
  useLayoutEffect(() => {
    if (!leftAt.current || !scroller.current) return;
    if (goToMessage(scroller.current, leftAt.current) || failure) leftAt.current = null;
  }, [rows, failure]);

  // After each change of what is shown, and on each scroll: what is on screen, and whether that is the end.
  const look = useRef(() => {
    // What lies beneath the details, on a phone, is not on screen.
    if (!scroller.current?.checkVisibility({ visibilityProperty: true })) return;
    const seen = seenIn(scroller.current);
    const isAway = awayFromEnd(scroller.current) > NEAR_END_PX;
    if (seen) messenger.see(id, seen.first, seen.last);
    if (seen && !leftAt.current) messenger.keepReadingPosition(id, seen.first, seen.offset, isAway);
    setAway(isAway);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows are the occasion
  useLayoutEffect(() => {
    const frame = requestAnimationFrame(() => look.current());
    return () => cancelAnimationFrame(frame);
  }, [rows, pathname]);

  // While one writes the page keys are the conversation's, as in a book that lies beside the paper.
  useKey(isPageKeyOfComposer, ({ key }) => {
    const view = scroller.current;
    view?.scrollBy({ top: (key === "PageUp" ? -1 : 1) * (view.clientHeight - OVERLAP_PX) });
  });

  const loadAgain = () => void messenger.loadAgain(id);
  // A window that did not come is told of where one would look for it: at the end of what there is.
  const isBelow = !atEnd && rows.length > 0 && failure?.load !== "older";
  const failedBelow = failure && isBelow ? failure.message : null;
  const failedAbove = failure && !failedBelow ? failure.message : null;
  const toLatest = async () => {
    await messenger.jumpToLatest(id);
    if (scroller.current) goToEnd(scroller.current);
  };

  return (
    <div className="transcript-frame relative flex min-h-0 flex-1 flex-col">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section ref={scroller} aria-label={label} tabIndex={0} onScroll={() => look.current()} className="transcript">
        <KeepScrollPosition
          scroller={scroller}
          atEnd={atEnd}
          lastKey={rows.at(-1)?.key}
          lastOwn={unsent.findLast((item) => item.createdAt > opened.at)?.clientId}
        >
          <div className="mx-auto w-full max-w-190 px-4 pt-6 pb-3">
            {atStart && <NothingYet conversation={conversation} empty={rows.length === 0} />}
            {!atStart && <TranscriptEdge loading={loadingOlder || loadingWindow} error={failedAbove} onRetry={loadAgain} />}
            {!atStart && !failedAbove && (
              <EdgeSentinel
                root={scroller}
                key={`o${messages[0]?.seq}`}
                busy={loadingOlder || loadingWindow}
                onReach={() => messenger.loadOlder(id)}
              />
            )}
            <MessageMenu conversationId={id} messages={messages} inGroup={inGroup}>
              <ol className="flex flex-col" onKeyDown={moveAmongMenus}>
                {rows.map(({ key, ...row }) => (
                  <MessageRow
                    key={key}
                    {...row}
                    arrives={"seq" in row.message ? row.message.seq > opened.seq : row.message.createdAt > opened.at}
                    tabStop={"seq" in row.message && row.message.seq === lastSent}
                  />
                ))}
              </ol>
            </MessageMenu>
            {!atEnd && !failedBelow && (
              <EdgeSentinel
                root={scroller}
                key={`n${messages.at(-1)?.seq}`}
                busy={loadingNewer || loadingWindow}
                onReach={() => messenger.loadNewer(id)}
              />
            )}
            {!atEnd && rows.length > 0 && (
              <TranscriptEdge loading={loadingNewer || loadingWindow} error={failedBelow} onRetry={loadAgain} />
            )}
          </div>
        </KeepScrollPosition>
      </section>
      {(away || !atEnd) && rows.length > 0 && <JumpToLatest count={conversation.unreadCount} onJump={() => void toLatest()} />}
    </div>
  );
}

/** What stays on screen when one turns the page. */
const OVERLAP_PX = 48;

/** A draft that is taller than its field keeps the page keys to itself. */
function isPageKeyOfComposer({ key, target, shiftKey, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  if ((key !== "PageUp" && key !== "PageDown") || shiftKey || ctrlKey || altKey || metaKey) return false;
  return target instanceof HTMLTextAreaElement && target.scrollHeight <= target.clientHeight;
}

/** Of the buttons of the rows one is in the order of the Tab key; arrow keys lead to the others. */
function moveAmongMenus(event: ReactKeyboardEvent<HTMLElement>): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>(".message-more")];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  if (!step || at < 0) return;
  event.preventDefault();
  buttons[at + step]?.focus();
}

const NONE: ReturnType<typeof useOutbox> = [];
