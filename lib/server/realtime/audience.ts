import "server-only";
import { isFirst, type LoggedEvent, loadEvents } from "./kinds";
import { listPlaces, listStillIn, listTopics, type MayListen } from "./membership";
import type { Listener, OpenStreams } from "./open-streams";
import { FIXED, TopicIndex } from "./topic-index";

/** Look-ups of who takes part, for one look at the log. */
const LOOK_UPS_MAX = 3;

type Surroundings = {
  /** The first one here listens to a topic, or the last one does no more. */
  listen(topic: string): void;
  ignore(topic: string): void;
  /** Looks at the log that have begun so far. */
  looks(): number;
  /** Something in these topics may have been passed over. */
  wake(topics: readonly string[]): void;
  /** Somebody has come to a group; with whom these share a conversation has changed. */
  joined(userId: string): void;
  regroup(userIds: readonly string[]): void;
};

/** Who of those with a stream in this process listens to what, as far as the log was read, and what has to be known to tell them. */
export class Audience {
  readonly topics: TopicIndex;

  constructor(
    private readonly streams: OpenStreams,
    private readonly around: Surroundings,
  ) {
    this.topics = new TopicIndex({ onHeard: (topic) => around.listen(topic), onUnheard: (topic) => around.ignore(topic) });
  }

  /** A topic is a conversation, or a user whom something concerns alone, such as being added to one. */
  isHeard(topic: string): boolean {
    return this.topics.has(topic) || this.streams.of(topic) !== undefined;
  }

  /**
   * Looks up what somebody listens to whose first stream has opened. What they are added to while this is under way reaches
   * them as an event of the log.
   */
  async load(listener: Listener): Promise<void> {
    try {
      const memberships = await listTopics(listener.userId);
      if (this.streams.of(listener.userId) !== listener) return;
      for (const found of memberships) this.topics.add(found.topic, listener, found, found.fixed ? FIXED : this.around.looks());
    } catch (error) {
      listener.loaded = null;
      throw error;
    }
  }

  /**
   * The people of new direct conversations listen to them from their first message on, and those whose place in a group has
   * changed as their place is now.
   */
  async begin(firsts: readonly LoggedEvent[], changed: readonly MayListen[]): Promise<void> {
    for (const event of firsts) {
      const audience = isFirst(event) ? event.audience : [];
      for (const userId of audience) this.listen(event.topic, userId, { version: event.version, floor: 0 }, FIXED);
      this.around.regroup(audience);
    }
    if (changed.length === 0) return;
    const asOf = this.around.looks();
    const places = new Map((await listPlaces(changed)).map((place) => [`${place.userId} ${place.topic}`, place]));
    for (const { userId, topic } of changed) {
      const place = places.get(`${userId} ${topic}`);
      const listener = this.streams.of(userId);
      if (!listener) continue;
      // Most events of a place tell what somebody has set for themselves: they were there before, and are. Where
      // nobody is told of anybody, whoever comes would cost each server a look at all whom they know, for nothing.
      if (place?.showsPresence && !listener.topics.has(topic)) this.around.joined(userId);
      if (!place) this.around.regroup([userId]);
      if (place) this.listen(topic, userId, place, asOf);
      else this.topics.remove(topic, listener);
    }
  }

  private listen(topic: string, userId: string, as: { version: number; floor: number }, asOf: number): void {
    const listener = this.streams.of(userId);
    if (!listener) return;
    this.topics.add(topic, listener, as, asOf);
    // What was said in it while this look was under way has been passed over.
    this.around.wake([topic]);
  }

  /**
   * Looks up who still takes part where that has changed since it was last known, and what only the moment tells: while
   * one is looked up the other may change.
   */
  async prepare(events: readonly LoggedEvent[]): Promise<void> {
    for (let tries = 0; tries < LOOK_UPS_MAX; tries++) {
      const isOld = ({ topic, version }: LoggedEvent) => (this.topics.get(topic)?.version ?? version) < version;
      const changed = [...new Set(events.filter(isOld).map(({ topic }) => topic))];
      const unloaded = events.filter((event) => this.isUnloaded(event));
      if (changed.length === 0 && unloaded.length === 0) return;
      await Promise.all([changed.length > 0 && this.lookUp(changed), unloaded.length > 0 && loadEvents(unloaded)]);
    }
  }

  /** Of a place also where a message was delivered that came after it was loaded. */
  private isUnloaded(event: LoggedEvent): boolean {
    if (event.type === "conversation") return event.group === undefined;
    if (event.type !== "place") return false;
    const delivered = this.topics.get(event.conversationId)?.lastSeq ?? 0;
    return event.conversation === undefined || (event.conversation !== null && event.conversation.lastSeq < delivered);
  }

  private async lookUp(topics: string[]): Promise<void> {
    const asked = new Map(topics.map((topic) => [topic, new Set(this.topics.get(topic)?.listeners.keys())]));
    const userIds = new Set([...asked.values()].flatMap((listeners) => [...listeners].map(({ userId }) => userId)));
    const found = new Map((await listStillIn(topics, [...userIds])).map((row) => [row.topic, row]));
    for (const [topic, listeners] of asked) {
      const { stillIn = new Map(), version = 0 } = found.get(topic) ?? {};
      this.topics.keep(topic, listeners, stillIn, version, this.around.looks());
    }
  }
}
