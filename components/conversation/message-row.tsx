"use client";

import { memo } from "react";
import { Time } from "@/components/ui/time";
import { displayName } from "@/lib/client/screen/person";
import { isEmojiOnly } from "@/lib/client/screen/rich-text";
import type { Row } from "@/lib/client/screen/transcript-rows";
import { FailedNote } from "./failed-note";
import { DayLine, UnreadLine } from "./lines";
import { MessageText } from "./message-text";
import { ProgressMark } from "./progress-mark";

type Props = Omit<Row, "key"> & {
  /** It came while one looked on: it slides in. */
  arrives: boolean;
};

/**
 * One message. Its props compare by identity, so a new message draws one row. Which corners tighten
 * below it is a matter for the style sheet (`:has()`), not of this row's.
 */
export const MessageRow = memo(function MessageRow({ message, progress, startsDay, startsUnread, continues, arrives }: Props) {
  const own = !("sender" in message) || message.mine;
  const large = isEmojiOnly(message.content);
  return (
    <li
      data-seq={"seq" in message ? message.seq : undefined}
      data-own={own || undefined}
      data-continues={continues || undefined}
      data-large={large || undefined}
      className={`message ${arrives ? "animate-arrive" : ""}`}
    >
      {startsDay && <DayLine at={message.createdAt} />}
      {startsUnread && <UnreadLine />}
      <div className="bubble" data-failed={progress === "failed" || undefined}>
        <span className="speaker sr-only">{own ? "You" : displayName(message.sender)}: </span>
        <div dir="auto" className="bubble-text">
          <MessageText text={message.content} />
          <span className="bubble-meta">
            <Time at={message.createdAt} />
            <ProgressMark progress={progress} />
          </span>
        </div>
      </div>
      {progress === "failed" && "reason" in message && <FailedNote clientId={message.clientId} reason={message.reason} />}
    </li>
  );
});
