import { expect, test } from "vitest";
import { createJournals } from "@/lib/client/sync/journals";
import type { StreamEvent } from "@/lib/protocol/events";

const event = (seq: number): StreamEvent => ({ type: "read", conversationId: "c", userId: "ann", seq });

test("An answer has all that happens from its beginning to its end, and no other has less for it", () => {
  const journals = createJournals();
  journals.record(event(1));
  const first = journals.begin();
  journals.record(event(2));
  const second = journals.begin();
  journals.record(event(3));
  first.end();
  journals.record(event(4));
  expect(first.events).toEqual([event(2), event(3)]);
  expect(second.events).toEqual([event(3), event(4)]);
});

test("A page that is asked for has all that happens since it was asked for first, once", () => {
  const journals = createJournals();
  expect(journals.takeExpected("c")).toBeNull();
  journals.expect("c");
  journals.record(event(1));
  journals.expect("c");
  journals.record(event(2));
  expect(journals.takeExpected("d")).toBeNull();
  expect(journals.takeExpected("c")).toEqual([event(1), event(2)]);
  expect(journals.takeExpected("c")).toBeNull();
});

test("Of pages that do not come the latest twenty are waited for, and none for longer than a thousand events", () => {
  const journals = createJournals();
  const names = Array.from({ length: 21 }, (_, i) => `c${i}`);
  for (const name of names) journals.expect(name);
  expect(journals.takeExpected("c0")).toBeNull();
  expect(journals.takeExpected("c1")).toEqual([]);
  for (let i = 0; i < 1_000; i++) journals.record(event(i));
  expect(journals.takeExpected("c2")).toHaveLength(1_000);
  journals.record(event(1_000));
  expect(journals.takeExpected("c3")).toBeNull();
});

test("No page is waited for once all that was read so far is of no use", () => {
  const journals = createJournals();
  journals.expect("c");
  journals.forgetExpected();
  expect(journals.takeExpected("c")).toBeNull();
});
