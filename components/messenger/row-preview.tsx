import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ProgressMark } from "@/components/conversation/progress-mark";
import { useMessenger } from "@/lib/client/screen/hooks";
import { shortName } from "@/lib/client/screen/person";
import { quietSentence } from "@/lib/client/screen/quiet-lines";
import type { OutboxItem } from "@/lib/client/store/unsent";
import type { Message } from "@/lib/protocol/messages";

type Props = {
  lastMessage: Message | null;
  /** Who said it is told with it. */
  inGroup: boolean;
  /** What one has begun to write, unless it is on screen anyway. */
  draft: string;
  unsent: OutboxItem | undefined;
};

/** What a conversation says in the list: what was refused before all else, then one's draft, then what is on its way, then the last message. */
export function RowPreview({ lastMessage, inGroup, draft, unsent }: Props) {
  const me = useMessenger((state) => state.me.id);
  if (unsent && (unsent.state === "failed" || !draft)) {
    return (
      <>
        {unsent.state === "failed" ? <FailedMark /> : <ProgressMark progress={unsent.state} />}
        <Line text={unsent.content} />
      </>
    );
  }
  if (draft) return <Line text={draft} before={<span className="text-accent">Draft: </span>} />;
  if (!lastMessage) return null;
  if (lastMessage.notice) return <Line text={quietSentence(lastMessage, me)} />;
  const who = lastMessage.mine ? "You" : inGroup && shortName(lastMessage.sender);
  return <Line text={lastMessage.content} before={who && <Speaker name={who} />} />;
}

function Speaker({ name }: { name: string }) {
  return (
    <span>
      <bdi>{name}</bdi>:{" "}
    </span>
  );
}

function FailedMark() {
  return (
    <>
      <CircleAlert aria-hidden="true" className="size-3.5 shrink-0 text-danger" />
      <span className="sr-only">Not sent</span>
    </>
  );
}

/** As much as a line could hold; the rest of a long message need not be in the page. */
function Line({ text, before }: { text: string; before?: ReactNode }) {
  return (
    <span className="min-w-0 flex-1 truncate">
      {before}
      <bdi dir="auto">{text.slice(0, 140)}</bdi>
    </span>
  );
}
