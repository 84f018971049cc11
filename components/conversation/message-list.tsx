"use client";

import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { useClock } from "@/components/ui/time";
import { useMessengerActions, useOutbox } from "@/lib/client/hooks";
import { awayFromEnd, goToEnd, goToUnread, NEAR_END_PX, seenIn } from "@/lib/client/place";
import { rowsOf } from "@/lib/client/rows";
import type { Transcript } from "@/lib/client/transcript";
import type { Conversation } from "@/lib/protocol/conversations";
import { EdgeSentinel } from "./edge-sentinel";
import { JumpToLatest } from "./jump-to-latest";
import { KeepPlace } from "./keep-place";
import { MessageRow } from "./message-row";
import { NothingYet } from "./nothing-yet";
import { TranscriptEdge } from "./transcript-edge";

/** The transcript: a window on the conversation, in a scroller whose end shows before any script runs. */
export function MessageList({ conversation, transcript, label }: { conversation: Conversation; transcript: Transcript; label: string }) {
  const { id } = conversation;
  const messenger = useMessengerActions();
  const { zone } = useClock();
  const scroller = useRef<HTMLElement>(null);
  const [away, setAway] = useState(false);
  const unsent = useOutbox(id);
  // Past the window's end there is a gap: what is unsent would seem to follow what it does not follow.
  const outbox = transcript.atEnd ? unsent : NONE;
  // What there was when one came is not news: it neither slides in nor takes one to the end.
  const [opened] = useState(() => ({ at: new Date().toISOString(), seq: conversation.lastMessage?.seq ?? 0 }));

  const { messages, firstUnread, atStart, atEnd, loadingOlder, loadingNewer, loadingWindow, error } = transcript;
  const { otherReadSeq } = conversation;
  const rows = useMemo(
    () => rowsOf({ messages, outbox, firstUnread, otherReadSeq, zone }),
    [messages, outbox, firstUnread, otherReadSeq, zone],
  );

  useLayoutEffect(() => {
    // Where the browser has opened at the line by itself, or the reader was quicker than the script, this is done.
    if (scroller.current?.scrollTop === 0) goToUnread(scroller.current);
  }, []);

  // After each change of what is shown, and on each scroll: what is on screen, and whether that is the end.
  const look = useRef(() => {
    if (!scroller.current) return;
    const seen = seenIn(scroller.current);
    if (seen) messenger.see(id, seen.first, seen.last);
    setAway(awayFromEnd(scroller.current) > NEAR_END_PX);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows are the occasion
  useLayoutEffect(() => {
    const frame = requestAnimationFrame(() => look.current());
    return () => cancelAnimationFrame(frame);
  }, [rows]);

  const retryOlder = () => void (rows.length > 0 ? messenger.loadOlder(id) : messenger.jumpToLatest(id));
  const toLatest = async () => {
    await messenger.jumpToLatest(id);
    if (scroller.current) goToEnd(scroller.current);
  };

  return (
    <div className="transcript-frame relative flex min-h-0 flex-1 flex-col">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section ref={scroller} aria-label={label} tabIndex={0} onScroll={() => look.current()} className="transcript">
        <KeepPlace
          scroller={scroller}
          atEnd={atEnd}
          lastKey={rows.at(-1)?.key}
          lastOwn={unsent.findLast((item) => item.createdAt > opened.at)?.clientId}
        >
          <div className="mx-auto w-full max-w-190 px-4 pt-6 pb-3">
            {atStart && <NothingYet conversation={conversation} empty={rows.length === 0} />}
            {!atStart && <TranscriptEdge loading={loadingOlder || loadingWindow} error={error} onRetry={retryOlder} />}
            {!atStart && !error && <EdgeSentinel root={scroller} key={`o${messages[0]?.seq}`} onReach={() => messenger.loadOlder(id)} />}
            <ol className="flex flex-col">
              {rows.map(({ key, ...row }) => (
                <MessageRow
                  key={key}
                  {...row}
                  arrives={"seq" in row.message ? row.message.seq > opened.seq : row.message.createdAt > opened.at}
                />
              ))}
            </ol>
            {!atEnd && !error && <EdgeSentinel root={scroller} key={`n${messages.at(-1)?.seq}`} onReach={() => messenger.loadNewer(id)} />}
            {!atEnd && rows.length > 0 && (
              <TranscriptEdge loading={loadingNewer || loadingWindow} error={error} onRetry={() => messenger.loadNewer(id)} />
            )}
          </div>
        </KeepPlace>
      </section>
      {(away || !atEnd) && <JumpToLatest count={conversation.unreadCount} onJump={() => void toLatest()} />}
    </div>
  );
}

const NONE: ReturnType<typeof useOutbox> = [];
