import { expect, test } from "vitest";
import type { Listener } from "@/lib/server/realtime/open-streams";
import { TopicIndex } from "@/lib/server/realtime/topic-index";

const listener = (userId: string): Listener => ({ userId, streams: new Set(), topics: new Set(), loaded: null });
const as = (version: number, floor = 0) => ({ version, floor });
const listening = (index: TopicIndex, topic: string) => [...(index.get(topic)?.listeners ?? [])].map(([{ userId }]) => userId);

test("a topic is held while somebody here listens to it, and no longer", () => {
  const index = new TopicIndex();
  const [ann, bob] = [listener("ann"), listener("bob")];
  for (const one of [ann, bob]) index.add("talk", one, as(1), 0);
  index.drop(ann);
  expect(listening(index, "talk")).toEqual(["bob"]);
  index.drop(bob);
  expect(index.has("talk")).toBe(false);
  expect(bob.topics.size).toBe(0);
});

test("what is known of its participants is as old as the oldest look-up of one of them", () => {
  const index = new TopicIndex();
  index.add("talk", listener("ann"), as(7), 0);
  index.add("talk", listener("bob"), as(6), 0);
  index.add("talk", listener("cid"), as(8), 0);
  expect(index.get("talk")?.version).toBe(6);
});

test("after a look-up those who are no longer in are gone, and the others are known for its version", () => {
  const index = new TopicIndex();
  const [ann, bob] = [listener("ann"), listener("bob")];
  for (const one of [ann, bob]) index.add("talk", one, as(1), 0);
  index.keep("talk", new Set([ann, bob]), new Map([["ann", 0]]), 2, 0);
  expect(listening(index, "talk")).toEqual(["ann"]);
  expect(index.get("talk")?.version).toBe(2);
});

test("who comes while others are looked up stays, and is looked up the next time", () => {
  const index = new TopicIndex();
  const [ann, bob] = [listener("ann"), listener("bob")];
  index.add("talk", ann, as(1), 0);
  index.add("talk", bob, as(1), 0);
  index.keep("talk", new Set([ann]), new Map([["ann", 0]]), 2, 0);
  expect(listening(index, "talk")).toEqual(["ann", "bob"]);
  expect(index.get("talk")?.version).toBe(1);
});

test("the order of messages is forgotten with the topic", () => {
  const index = new TopicIndex();
  const ann = listener("ann");
  index.add("talk", ann, as(1), 0);
  index.delivered("talk", 12);
  expect(index.get("talk")?.lastSeq).toBe(12);
  index.drop(ann);
  index.add("talk", ann, as(1), 0);
  expect(index.get("talk")?.lastSeq).toBeNull();
});

test("a look-up brings where the history of each begins, and how old what is known of the topic may be", () => {
  const index = new TopicIndex();
  const [ann, bob] = [listener("ann"), listener("bob")];
  index.add("talk", ann, as(1), 3);
  index.add("talk", bob, as(1, 12), 2);
  expect(index.get("talk")).toMatchObject({
    asOf: 3,
    listeners: new Map([
      [ann, 0],
      [bob, 12],
    ]),
  });
  index.keep(
    "talk",
    new Set([ann, bob]),
    new Map([
      ["ann", 7],
      ["bob", 12],
    ]),
    2,
    5,
  );
  expect(index.get("talk")).toMatchObject({
    asOf: 5,
    listeners: new Map([
      [ann, 7],
      [bob, 12],
    ]),
  });
});
