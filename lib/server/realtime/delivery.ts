import "server-only";
import type { StreamEvent } from "@/lib/protocol/events";
import type { Cursor } from "./cursor";
import { encodeEvent } from "./frames";
import { eventFor, type LoggedEvent } from "./kinds";
import type { Listener, OpenStreams } from "./open-streams";
import type { TopicIndex } from "./topic-index";

type Surroundings = {
  /** Whether an event is still to reach its streams; from now on it has. */
  takes(event: LoggedEvent): boolean;
  cursor(): Cursor;
};

/** How an event reaches the streams of those who listen: as it is told to each, encoded once for all to whom it is the same. */
export class Delivery {
  constructor(
    private readonly streams: OpenStreams,
    private readonly topics: TopicIndex,
    private readonly around: Surroundings,
  ) {}

  deliver(event: LoggedEvent): void {
    const own = this.streams.of(event.topic);
    const topic = this.topics.get(event.topic);
    // An event can come both directly and by way of the log.
    if ((!own && !topic) || !this.around.takes(event)) return;
    const cursor = { ...this.around.cursor(), eventId: event.id };
    const encode = (userId: string) => {
      const told = eventFor(userId, event);
      return told && encodeEvent(told, cursor);
    };
    const write = ({ streams }: Listener, frame: Buffer | null) => {
      if (frame) for (const stream of streams) stream.deliver(event.id, frame);
    };
    if (own) write(own, encode(own.userId));
    if (!topic) return;
    if (event.type === "message") this.topics.delivered(event.topic, event.seq);
    const author = authorOf(event);
    let forOthers: Buffer | null | undefined;
    for (const [listener, floor] of topic.listeners) {
      if (isBelow(event, floor)) continue;
      if (listener.userId === author) write(listener, encode(author));
      else {
        if (forOthers === undefined) forOthers = encode(listener.userId);
        write(listener, forOthers);
      }
    }
  }

  /** What is of the moment: it has no id and is never replayed. */
  deliverMoment(userId: string, event: StreamEvent): void {
    const frame = encodeEvent(event);
    for (const stream of this.streams.of(userId)?.streams ?? []) stream.write(frame);
  }
}

/** Whether it is of what was there before somebody came, of which they may see nothing. */
function isBelow(event: LoggedEvent, floor: number): boolean {
  if (event.type === "message") return event.seq <= floor;
  return event.type === "user" && event.goneSeq !== null && event.goneSeq <= floor;
}

/** Who is told of it in another way than all others. */
function authorOf(event: LoggedEvent): string | null {
  if (event.type === "message") return event.senderId;
  return event.type === "read" ? event.userId : null;
}
