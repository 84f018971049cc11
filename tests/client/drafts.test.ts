import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { memoryStorage } from "./support/memory-storage";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

let server: ModelServer;
let storage: Storage;
let id: string;

beforeEach(() => {
  vi.useFakeTimers(FAKE_TIMERS);
  server = new ModelServer("me", "ann");
  id = server.start("me", "ann");
  storage = memoryStorage();
});
afterEach(() => void vi.useRealTimers());

const openPage = (user = "me", localStorage: Storage | undefined = storage) =>
  new Page(server, user, { platform: { localStorage } }).start();

test("A draft is there again after a reload, half a second after the last key", async () => {
  const page = openPage();
  page.messenger.setDraft(id, "Dear A");
  await vi.advanceTimersByTimeAsync(400);
  page.messenger.setDraft(id, "Dear Ann");
  await vi.advanceTimersByTimeAsync(400);
  expect(openPage().state.drafts).toEqual({});
  await vi.advanceTimersByTimeAsync(100);
  expect(openPage().state.drafts).toEqual({ [id]: "Dear Ann" });
});

test("A page that may end at any moment writes down what it holds", () => {
  const page = openPage();
  page.messenger.setDraft(id, "Dear Ann");
  page.lifecycle?.suspend();
  expect(openPage().state.drafts).toEqual({ [id]: "Dear Ann" });
});

test("A page that has stopped leaves nothing behind that would run later", async () => {
  const page = openPage();
  await page.settle();
  page.messenger.setDraft(id, "Dear Ann");
  page.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test("A draft that is emptied is forgotten", () => {
  const page = openPage();
  page.messenger.setDraft(id, "Dear Ann");
  page.lifecycle?.suspend();
  page.messenger.setDraft(id, "");
  page.lifecycle?.suspend();
  expect(storage.length).toBe(0);
});

test("What was typed before the script came is written down with the next key only: the form may be on its way", () => {
  const page = openPage();
  page.messenger.takeOverDraft(id, "Dear Ann");
  expect(page.state.drafts).toEqual({ [id]: "Dear Ann" });
  page.lifecycle?.suspend();
  expect(storage.length).toBe(0);
  page.messenger.setDraft(id, "Dear Ann,");
  page.lifecycle?.suspend();
  expect(openPage().state.drafts).toEqual({ [id]: "Dear Ann," });
});

test.each([
  ["Dear Ann", "Hello", "Dear Ann\nHello"],
  ["Dear Ann", "Dear Ann, hello", "Dear Ann, hello"],
  ["Dear Ann", "", "Dear Ann"],
  ["", "Hello", "Hello"],
])("A draft %j of an earlier visit stands before what was typed meanwhile, %j", (before, typed, joined) => {
  const earlier = openPage();
  earlier.messenger.setDraft(id, before);
  earlier.lifecycle?.suspend();
  const page = new Page(server, "me", { platform: { localStorage: storage } });
  page.messenger.takeOverDraft(id, typed);
  page.start();
  expect(page.state.drafts[id] ?? "").toBe(joined);
});

test("What else is kept in this browser is no draft", () => {
  storage.setItem("parley draft me", "not one");
  storage.setItem("another program's", "not one either");
  expect(openPage().state.drafts).toEqual({});
});

test("Where there is no storage a draft lives on in its page", async () => {
  const page = new Page(server, "me").start();
  page.messenger.setDraft(id, "Dear Ann");
  await vi.advanceTimersByTimeAsync(500);
  page.messenger.setDraft(id, "");
  page.lifecycle?.suspend();
  expect(page.state.drafts).toEqual({ [id]: "" });
});

test("Sending clears the draft, here and for the next visit", async () => {
  const page = openPage();
  page.messenger.setDraft(id, "Dear Ann");
  page.stop();
  const again = openPage();
  void again.messenger.send(id, "Dear Ann");
  await again.settle();
  expect(again.state.drafts[id]).toBe("");
  expect(openPage().state.drafts).toEqual({});
});

test("A tab that crashes before the outbox has kept what was sent has it back in its composer", () => {
  const page = openPage();
  page.messenger.setDraft(id, "Dear Ann");
  void page.messenger.send(id, "Dear Ann");
  expect(page.state.drafts[id]).toBe("");
  expect(openPage().state.drafts).toEqual({ [id]: "Dear Ann" });
});

test("What is kept of one message does not take away the draft of the next", async () => {
  const page = openPage();
  void page.messenger.send(id, "Dear Ann");
  page.messenger.setDraft(id, "And");
  page.lifecycle?.suspend();
  await page.settle();
  expect(openPage().state.drafts).toEqual({ [id]: "And" });
});

test("Nobody sees the drafts of another person on the same computer", () => {
  const page = openPage();
  page.messenger.setDraft(id, "Dear Ann");
  page.stop();
  expect(openPage("ann").state.drafts).toEqual({});
});

test("Where storage is full a draft lives on in its page", async () => {
  const full = {
    ...memoryStorage(),
    setItem: () => {
      throw new DOMException("Full.", "QuotaExceededError");
    },
  };
  const page = openPage("me", full as Storage);
  page.messenger.setDraft(id, "Dear Ann");
  await vi.advanceTimersByTimeAsync(500);
  expect(page.state.drafts).toEqual({ [id]: "Dear Ann" });
});
