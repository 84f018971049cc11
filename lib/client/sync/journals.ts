import type { StreamEvent } from "@/lib/protocol/events";

/** Pages that are on their way from the server, and events that are kept for one: what takes longer is loaded instead. */
const EXPECTED_MAX = 20;
const EXPECTED_EVENTS_MAX = 1_000;

/**
 * What the stream brings while an answer is on its way. The answer may have been read before any of it, so all of it is
 * applied to the answer again: what is older never overwrites what is newer. A journal begins before the server can have
 * read the answer. Cursors would not tell: they are sealed, and no client can say which of two comes first.
 */
export function createJournals() {
  const open = new Set<StreamEvent[]>();
  const expected = new Map<string, StreamEvent[]>();

  return {
    /** For one answer; `end` it when that has come, or will not. */
    begin(): { events: readonly StreamEvent[]; end: () => void } {
      const events: StreamEvent[] = [];
      open.add(events);
      return { events, end: () => open.delete(events) };
    },
    /** A page of that name is about to be asked for, by a way that does not tell when its answer comes. */
    expect(name: string): void {
      if (!expected.has(name)) expected.set(name, []);
      for (const oldest of expected.keys()) if (expected.size > EXPECTED_MAX) expected.delete(oldest);
    },
    /** What came since such a page was asked for; null where it was not, and may have been read at any time. */
    takeExpected(name: string): readonly StreamEvent[] | null {
      const events = expected.get(name) ?? null;
      expected.delete(name);
      return events;
    },
    /** What was read so far is of no use any more. */
    forgetExpected(): void {
      expected.clear();
    },
    record(event: StreamEvent): void {
      for (const events of open) events.push(event);
      for (const [name, events] of expected) if (events.push(event) > EXPECTED_EVENTS_MAX) expected.delete(name);
    },
  };
}
