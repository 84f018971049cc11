import { expect, test } from "vitest";
import type { Listener } from "@/lib/server/realtime/open-streams";
import { TopicIndex } from "@/lib/server/realtime/topic-index";

const listener = (userId: string): Listener => ({ userId, streams: new Set(), topics: new Set(), loaded: null });
const listening = (index: TopicIndex, topic: string) => [...(index.get(topic)?.listeners ?? [])].map(({ userId }) => userId);

test("a topic is held while somebody here listens to it, and no longer", () => {
  const index = new TopicIndex();
  const [ann, bob] = [listener("ann"), listener("bob")];
  for (const one of [ann, bob]) index.add("talk", one, 1);
  index.drop(ann);
  expect(listening(index, "talk")).toEqual(["bob"]);
  index.drop(bob);
  expect(index.has("talk")).toBe(false);
  expect(bob.topics.size).toBe(0);
});

test("what is known of its participants is as old as the oldest look-up of one of them", () => {
  const index = new TopicIndex();
  index.add("talk", listener("ann"), 7);
  index.add("talk", listener("bob"), 6);
  index.add("talk", listener("cid"), 8);
  expect(index.get("talk")?.version).toBe(6);
});

test("after a look-up those who are no longer in are gone, and the others are known for its version", () => {
  const index = new TopicIndex();
  const [ann, bob] = [listener("ann"), listener("bob")];
  for (const one of [ann, bob]) index.add("talk", one, 1);
  index.keep("talk", new Set([ann, bob]), new Set(["ann"]), 2);
  expect(listening(index, "talk")).toEqual(["ann"]);
  expect(index.get("talk")?.version).toBe(2);
});

test("who comes while others are looked up stays, and is looked up the next time", () => {
  const index = new TopicIndex();
  const [ann, bob] = [listener("ann"), listener("bob")];
  index.add("talk", ann, 1);
  index.add("talk", bob, 1);
  index.keep("talk", new Set([ann]), new Set(["ann"]), 2);
  expect(listening(index, "talk")).toEqual(["ann", "bob"]);
  expect(index.get("talk")?.version).toBe(1);
});

test("the order of messages is forgotten with the topic", () => {
  const index = new TopicIndex();
  const ann = listener("ann");
  index.add("talk", ann, 1);
  index.delivered("talk", 12);
  expect(index.get("talk")?.lastSeq).toBe(12);
  index.drop(ann);
  index.add("talk", ann, 1);
  expect(index.get("talk")?.lastSeq).toBeNull();
});
