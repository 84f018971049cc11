import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAnnouncer } from "@/lib/client/screen/announcer";
import { applyEvent } from "@/lib/client/store/apply";
import { learnConversations } from "@/lib/client/store/conversations";
import { createMessengerStore } from "@/lib/client/store/store";
import type { Message } from "@/lib/protocol/messages";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";
import * as rows from "./support/rows";

let said: string[];
let receive: (from: string, content: string) => void;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  said = [];
  const server = new ModelServer("me", "ann", "bob");
  const ids = new Map(["ann", "bob"].map((other) => [other, server.start("me", other)]));
  for (const [other, id] of ids) server.send(id, other, "Earlier");
  const page = new Page(server, "me", { openId: ids.get("ann") });
  const { messenger } = page;
  let seq = 1;
  receive = (from, content) => {
    const id = ids.get(from) ?? ids.get("ann") ?? "";
    const last = page.state.conversations[id]?.lastMessage as Message;
    const sender = { ...last.sender, id: from, username: from, name: from };
    const message = { ...last, id: `n${++seq}`, seq: last.seq + 1, content, sender, mine: from === "me" };
    messenger.apply({ type: from === "me" ? "sent" : "message", message });
  };
  stop = createAnnouncer({ ...messenger, say: (text) => said.push(text) });
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

test("A message in the open conversation is read out, one elsewhere is named", () => {
  receive("ann", "Are you there?");
  vi.advanceTimersByTime(1_000);
  receive("bob", "Psst");
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual(["ann: Are you there?", "New message from bob"]);
});

test("A flood is one sentence", () => {
  for (let i = 0; i < 50; i++) receive(i % 2 ? "ann" : "bob", `${i}`);
  vi.advanceTimersByTime(5_000);
  expect(said).toEqual(["50 new messages"]);
});

test("What was there before, and what one says oneself, is not news", () => {
  receive("me", "Hello");
  vi.advanceTimersByTime(5_000);
  expect(said).toEqual([]);
});

test("Earlier conversations that one scrolls to are not news; one that somebody begins is", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `p${i}`);
  const server = new ModelServer("me", "zoe", ...names);
  for (const name of names) server.send(server.start("me", name), name, "Earlier");
  server.settleLog();
  const page = new Page(server, "me").start();
  const end = createAnnouncer({ ...page.messenger, say: (text) => said.push(text) });
  await page.settle();
  void page.messenger.loadMore();
  await page.settle();
  expect(page.state.order).toHaveLength(40);
  expect(said).toEqual([]);
  server.send(server.start("me", "zoe"), "zoe", "Hello");
  await page.settle();
  expect(said).toEqual(["New message from zoe"]);
  server.read(server.start("me", "p3"), "p3", 1);
  page.messenger.setDraft("elsewhere", "…");
  await page.settle();
  expect(said).toHaveLength(1);
  end();
  page.stop();
});

test("A long message is not read to its end", () => {
  receive("ann", "word ".repeat(500));
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual([`ann: ${"word ".repeat(40)}`]);
});

test("What arrives within a moment is said together, at the end of the moment, and what comes after it in the next", () => {
  receive("ann", "One");
  vi.advanceTimersByTime(899);
  receive("ann", "Two");
  expect(said).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(["2 new messages"]);
  receive("bob", "Three");
  vi.advanceTimersByTime(900);
  expect(said).toEqual(["2 new messages", "New message from bob"]);
});

describe("Of groups and of what is muted", () => {
  const { at, direct, group, holding, quiet, said: words } = rows;
  const listed = (id: string, minute: number) => ({ id, lastMessage: words(3, { conversationId: id }), listedAt: at(minute) });
  const team = group(listed("g", 3), { name: "The team" });
  const muted = (id: string) => direct({ ...listed(id, 2), muted: "always" });

  function hear(openId: string | null, ...messages: Message[]): string[] {
    const store = createMessengerStore({ ...holding([team, muted("m"), direct(listed("d", 1))]), openId });
    const heard: string[] = [];
    const end = createAnnouncer({ ...store, say: (text) => heard.push(text) });
    for (const message of messages) {
      store.change((draft) => applyEvent(draft, { type: "message", message }));
      vi.advanceTimersByTime(1_000);
    }
    end();
    return heard;
  }

  test("the group is named, where it is not on screen", () => {
    const message = words(4, { conversationId: "g" });
    expect(hear(null, message)).toEqual(["New message from ann in The team"]);
    expect(hear("g", message)).toEqual(["ann: message 4"]);
  });

  test("neither a quiet line nor a message to what is muted is said, unless that is on screen", () => {
    expect(hear(null, quiet(4, { conversationId: "g" }), words(4, { conversationId: "m" }))).toEqual([]);
    expect(hear("m", words(4, { conversationId: "m" }))).toEqual(["ann: message 4"]);
    expect(hear("g", words(4, { conversationId: "d" }), words(4, { conversationId: "m" }))).toEqual(["New message from ann"]);
  });

  test("what is known already is not said again with what comes elsewhere, nor is a group in which nothing was said", () => {
    const store = createMessengerStore(holding([team, direct(listed("d", 1))]));
    const heard: string[] = [];
    const end = createAnnouncer({ ...store, say: (text) => heard.push(text) });
    const nothingSaid = group({ id: "n", lastMessage: null, listedAt: at(9) }, { name: "New" });
    store.change((draft) => learnConversations(draft, [nothingSaid, { ...team, otherReadSeq: 1, pinned: 1, placeVersion: 1 }]));
    vi.advanceTimersByTime(1_000);
    expect(heard).toEqual([]);
    store.change((draft) => applyEvent(draft, { type: "message", message: words(4, { conversationId: "d" }) }));
    vi.advanceTimersByTime(1_000);
    expect(heard).toEqual(["New message from ann"]);
    end();
  });
});

test("Who leaves the page hears nothing more of it", () => {
  receive("ann", "One");
  stop();
  receive("ann", "Two");
  vi.advanceTimersByTime(5_000);
  expect(said).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
