"use client";

import { Ellipsis } from "lucide-react";
import { memo } from "react";
import { Avatar } from "@/components/ui/avatar";
import { openMenuAt } from "@/components/ui/context-menu";
import { Time } from "@/components/ui/time";
import { displayName, hueOf } from "@/lib/client/screen/person";
import { isEmojiOnly } from "@/lib/client/screen/rich-text";
import type { Row } from "@/lib/client/screen/transcript-rows";
import { FailedNote } from "./failed-note";
import { DayLine, UnreadLine } from "./lines";
import { MessageText } from "./message-text";
import { ProgressMark } from "./progress-mark";
import { QuietLine } from "./quiet-line";

type Props = Omit<Row, "key"> & {
  /** It came while one looked on: it slides in. */
  arrives: boolean;
  /** Its menu is in the order of the Tab key. */
  tabStop: boolean;
};

/**
 * One message. Its props compare by identity, so a new message draws one row. Which corners tighten
 * below it is a matter for the style sheet (`:has()`), not of this row's.
 */
export const MessageRow = memo(function MessageRow({
  message,
  progress,
  startsDay,
  startsUnread,
  continues,
  ofMany,
  arrives,
  tabStop,
}: Props) {
  const own = !("sender" in message) || message.mine;
  if ("notice" in message && message.notice) {
    return (
      <li data-seq={message.seq} className={arrives ? "animate-arrive" : undefined}>
        {startsDay && <DayLine at={message.createdAt} />}
        {startsUnread && <UnreadLine />}
        <QuietLine message={message} />
      </li>
    );
  }
  const large = isEmojiOnly(message.content);
  return (
    <li
      data-seq={"seq" in message ? message.seq : undefined}
      data-own={own || undefined}
      data-continues={continues || undefined}
      data-large={large || undefined}
      data-of-many={ofMany || undefined}
      className={`message ${arrives ? "animate-arrive" : ""}`}
    >
      {startsDay && <DayLine at={message.createdAt} />}
      {startsUnread && <UnreadLine />}
      <div className="bubble" data-failed={progress === "failed" || undefined}>
        {ofMany && !own && !continues ? (
          <span className="speaker" data-hue={hueOf(message.sender.id)}>
            <bdi dir="auto">{displayName(message.sender)}</bdi>
            <span className="sr-only">: </span>
          </span>
        ) : (
          <span className="speaker sr-only">{own ? "You" : displayName(message.sender)}: </span>
        )}
        <div dir="auto" className="bubble-text">
          <MessageText text={message.content} />
          <span className="bubble-meta">
            <Time at={message.createdAt} />
            <ProgressMark progress={progress} />
          </span>
        </div>
        {ofMany && !own && (
          <span className="face">
            <Avatar user={message.sender} size="sm" />
          </span>
        )}
        {"seq" in message && (
          <button
            type="button"
            aria-label="Actions"
            aria-haspopup="menu"
            tabIndex={tabStop ? 0 : -1}
            className="message-more"
            onClick={openMenuAt}
          >
            <Ellipsis aria-hidden="true" className="size-4" />
          </button>
        )}
      </div>
      {progress === "failed" && "reason" in message && <FailedNote clientId={message.clientId} reason={message.reason} />}
    </li>
  );
});
