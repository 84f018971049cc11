import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAnnouncer } from "@/lib/client/screen/announcer";
import type { Message } from "@/lib/protocol/messages";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

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

test("Who leaves the page hears nothing more of it", () => {
  receive("ann", "One");
  stop();
  receive("ann", "Two");
  vi.advanceTimersByTime(5_000);
  expect(said).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
