import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Message } from "@/lib/protocol/messages";
import { Page } from "./support/page";
import { Scene } from "./support/scene";

const scene = new Scene();
let page: Page;

beforeEach(async () => {
  for (let i = 1; i <= 10; i++) scene.server.send(scene.id, i % 2 ? "ann" : "me", `message ${i}`);
  scene.server.send(scene.id, "ann", "message 11");
  page = await scene.openPage();
});

const row = () => page.state.conversations[scene.id];

/** Asks for the conversation as the finder does; the answer is read now and arrives when `arrive` is called. */
function ask(): { arrive: () => Promise<void> } {
  void page.messenger.startConversation("ann");
  const exchange = page.exchanges.at(-1);
  exchange?.answer();
  return {
    async arrive() {
      exchange?.arrive();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

describe("An answer that was read before", () => {
  test("does not make unread again what was read on this screen", async () => {
    const answer = ask();
    page.lifecycle?.attend(true);
    page.messenger.see(scene.id, 1, 11);
    await answer.arrive();
    expect(row()).toMatchObject({ readSeq: 11, unreadCount: 0, hasUnreadMessages: false });
  });

  test("does not take back how far the other one has read", async () => {
    scene.server.send(scene.id, "me", "a question");
    const answer = ask();
    scene.server.read(scene.id, "ann", 12);
    page.source?.arriveAll();
    expect(row()?.otherReadSeq).toBe(12);
    await answer.arrive();
    expect(row()?.otherReadSeq).toBe(12);
  });

  test("does not take back the latest message", async () => {
    const answer = ask();
    scene.server.send(scene.id, "ann", "later");
    page.source?.arriveAll();
    await answer.arrive();
    expect(row()?.lastMessage?.content).toBe("later");
  });
});

describe("An answer that knows more than the stream has told", () => {
  test("brings how far both have read, and who the other one is now", async () => {
    scene.server.read(scene.id, "me", 11);
    scene.server.read(scene.id, "ann", 11);
    scene.server.rename("ann", "Ann");
    await ask().arrive();
    expect(row()).toMatchObject({ readSeq: 11, unreadCount: 0, otherReadSeq: 11, otherParticipant: { name: "Ann" } });
  });

  test("brings the latest message, and the list its order", async () => {
    const other = scene.server.start("me", "bob");
    scene.server.send(other, "bob", "hello");
    await page.settle();
    expect(page.state.order).toEqual([other, scene.id]);
    page.source?.cut();
    scene.server.send(scene.id, "ann", "later");
    await ask().arrive();
    expect(row()?.lastMessage?.content).toBe("later");
    expect(page.state.order).toEqual([scene.id, other]);
  });
});

describe("In a group, where no single other one reads", () => {
  test("a message of another counts as unread, and reading it takes it away", async () => {
    const snapshot = scene.server.snapshot("me", scene.id);
    const group = { ...scene.server.view(scene.id, "me"), kind: "group" as const, otherParticipant: null, otherReadSeq: null };
    page = new Page(scene.server, "me", { snapshot: { ...snapshot, conversations: [group], transcript: undefined } });
    expect(row()).toMatchObject({ unreadCount: 1, otherReadSeq: null });
    const message = { ...scene.server.send(scene.id, "ann", "to all of you"), mine: false };
    page.messenger.apply({ type: "message", message });
    expect(row()).toMatchObject({ unreadCount: 2, hasUnreadMessages: true, otherReadSeq: null });
    page.messenger.apply({ type: "read", conversationId: scene.id, userId: "ann", seq: 12 });
    page.messenger.apply({ type: "read", conversationId: scene.id, userId: "me", seq: 12 });
    expect(row()).toMatchObject({ unreadCount: 0, hasUnreadMessages: false, otherReadSeq: null });
  });
});

test("The line before what is new stays where it is when the conversation on screen is opened once more", async () => {
  expect(page.state.transcripts[scene.id]?.firstUnread).toBe(11);
  page.lifecycle?.attend(true);
  page.messenger.see(scene.id, 1, 11);
  page.messenger.open(scene.id);
  expect(page.state.transcripts[scene.id]?.firstUnread).toBe(11);
});

test("A conversation in which nothing was said takes in how far it was read, and an answer that has nothing new", async () => {
  const id = scene.server.start("me", "bob");
  for (let i = 0; i < 2; i++) {
    void page.messenger.startConversation("bob");
    await page.load();
  }
  page.messenger.apply({ type: "read", conversationId: id, userId: "bob", seq: 0 });
  page.messenger.apply({ type: "user", user: { id: "bob", username: "bob", name: "Bob", avatarURL: null } });
  expect(page.state.conversations[id]).toMatchObject({ lastMessage: null, unreadCount: 0, otherParticipant: { name: "Bob" } });
});

describe("What is heard twice", () => {
  test("changes nothing: the state stays the same object", async () => {
    scene.server.send(scene.id, "ann", "once");
    scene.server.read(scene.id, "ann", 12);
    await page.settle();
    const before = page.state;
    const told = vi.fn();
    page.messenger.subscribe(told);
    page.messenger.apply({ type: "message", message: scene.server.messages(scene.id, "me")[11] as Message });
    page.messenger.apply({ type: "read", conversationId: scene.id, userId: "ann", seq: 12 });
    page.messenger.apply({ type: "read", conversationId: scene.id, userId: "ann", seq: 3 });
    page.messenger.apply({ type: "presence", online: [], offline: [], complete: true });
    expect(page.state).toBe(before);
    expect(told).not.toHaveBeenCalled();
  });

  test("of a conversation that is not known here changes nothing", () => {
    const before = page.state;
    page.messenger.apply({ type: "read", conversationId: "elsewhere", userId: "ann", seq: 3 });
    expect(page.state).toBe(before);
  });
});

describe("Past a gap", () => {
  const seqs = () => page.state.transcripts[scene.id]?.messages.map(({ seq }) => seq);
  const ahead = () => page.state.transcripts[scene.id]?.ahead.map(({ seq }) => seq);
  const range = (to: number) => Array.from({ length: to }, (_, i) => i + 1);

  test("a message waits once, however often it is heard, and not a moment longer than the gap", async () => {
    page.source?.cut();
    scene.server.send(scene.id, "ann", "missed");
    const second = scene.server.send(scene.id, "me", "thirteen", crypto.randomUUID());
    const third = scene.server.send(scene.id, "me", "fourteen", crypto.randomUUID());
    for (const message of [third, second, second, third]) page.messenger.apply({ type: "sent", message });
    expect(seqs()).toEqual(range(11));
    expect(ahead()).toEqual([13, 14]);
    page.messenger.apply({ type: "message", message: scene.server.messages(scene.id, "me")[11] as Message });
    expect(seqs()).toEqual(range(14));
    expect(ahead()).toEqual([]);
    await page.settle();
    expect(seqs()).toEqual(range(14));
  });

  test("what the fetch brings as well is not shown twice, and what lies past another gap goes on waiting", async () => {
    page.source?.cut();
    for (let i = 12; i <= 16; i++) scene.server.send(scene.id, "me", `message ${i}`, crypto.randomUUID());
    const all = scene.server.messages(scene.id, "me");
    for (const at of [12, 15]) page.messenger.apply({ type: "sent", message: all[at] as Message });
    expect(ahead()).toEqual([13, 16]);
    page.messenger.apply({ type: "sent", message: all[11] as Message });
    expect(seqs()).toEqual(range(13));
    expect(ahead()).toEqual([16]);
    await vi.advanceTimersByTimeAsync(300);
    await page.load();
    expect(seqs()).toEqual(range(16));
    expect(ahead()).toEqual([]);
  });
});

describe("A change of a user's name or picture", () => {
  const ann = (name: string | null, avatarURL: string | null = null) => ({ id: "ann", username: "ann", name, avatarURL });

  test("shows everywhere, and leaves what it does not concern the same object", async () => {
    const other = scene.server.start("me", "bob");
    scene.server.send(other, "bob", "hello");
    await page.settle();
    const before = page.state;
    page.messenger.apply({ type: "user", user: ann("Ann", "/api/avatars/1") });
    const after = page.state;
    expect(after.conversations[scene.id]?.otherParticipant).toEqual(ann("Ann", "/api/avatars/1"));
    expect(after.conversations[scene.id]?.lastMessage?.sender).toEqual(ann("Ann", "/api/avatars/1"));
    expect(after.conversations[other]).toBe(before.conversations[other]);
    expect(after.me).toBe(before.me);
    const [was, is] = [before, after].map(({ transcripts }) => transcripts[scene.id]?.messages ?? []);
    for (const [i, message] of (is ?? []).entries()) {
      expect(message === was?.[i]).toBe(message.mine);
      expect(message.sender.id === "ann").toBe(!message.mine);
    }
  });

  test("that is no change leaves every message the same object", () => {
    page.messenger.apply({ type: "user", user: ann("Ann") });
    const before = page.state;
    page.messenger.apply({ type: "user", user: ann("Ann") });
    expect(page.state.conversations).toBe(before.conversations);
    expect(page.state.transcripts).toBe(before.transcripts);
  });

  test.each([
    ["name", ann("Another")],
    ["username", { ...ann("Ann"), username: "anna" }],
    ["picture", ann("Ann", "/api/avatars/2")],
  ])("is seen by its %s alone", (_, user) => {
    page.messenger.apply({ type: "user", user: ann("Ann") });
    page.messenger.apply({ type: "user", user });
    expect(page.state.conversations[scene.id]?.otherParticipant).toEqual(user);
  });

  test("counts for messages that come after it and tell of the sender as before, also past a gap", async () => {
    page.messenger.apply({ type: "user", user: ann("Ann") });
    page.source?.cut();
    scene.server.send(scene.id, "me", "missed", crypto.randomUUID());
    const late = scene.server.send(scene.id, "ann", "as before");
    page.messenger.apply({ type: "message", message: { ...late, mine: false } });
    expect(page.state.transcripts[scene.id]?.ahead[0]?.sender.name).toBe("Ann");
    page.messenger.apply({ type: "user", user: ann("Ann the Second") });
    expect(page.state.transcripts[scene.id]?.ahead[0]?.sender.name).toBe("Ann the Second");
  });

  test("shows for the other one also where the last word was one's own", async () => {
    scene.server.send(scene.id, "me", "the last word");
    await page.settle();
    page.messenger.apply({ type: "user", user: ann("Ann") });
    expect(row()?.otherParticipant?.name).toBe("Ann");
    expect(row()?.lastMessage?.sender.name).toBeNull();
  });

  test("shows past a gap also of somebody who has said nothing before it", async () => {
    const id = scene.server.start("me", "bob");
    scene.server.send(id, "me", "hello");
    page = await scene.openPage();
    page.messenger.open(id);
    await page.settle();
    page.source?.cut();
    scene.server.send(id, "me", "missed");
    page.messenger.apply({ type: "message", message: { ...scene.server.send(id, "bob", "late"), mine: false } });
    page.messenger.apply({ type: "user", user: { id: "bob", username: "bob", name: "Bob", avatarURL: null } });
    expect(page.state.transcripts[id]?.ahead[0]?.sender.name).toBe("Bob");
  });

  test("of oneself shows too", async () => {
    scene.server.send(scene.id, "me", "the last word");
    await page.settle();
    page.messenger.apply({ type: "user", user: { ...page.state.me, name: "Myself" } });
    expect(page.state.me.name).toBe("Myself");
    expect(row()?.lastMessage?.sender.name).toBe("Myself");
    expect(page.state.transcripts[scene.id]?.messages.find(({ mine }) => mine)?.sender.name).toBe("Myself");
  });
});

describe("Who is online", () => {
  const tell = (online: string[], offline: string[], complete = false) =>
    page.messenger.apply({ type: "presence", online, offline, complete });

  test("adds up, until a complete list replaces it", () => {
    tell(["ann"], [], true);
    tell(["bob"], []);
    expect([...page.state.online].sort()).toEqual(["ann", "bob"]);
    tell([], ["ann"]);
    expect([...page.state.online]).toEqual(["bob"]);
    tell(["ann"], [], true);
    expect([...page.state.online]).toEqual(["ann"]);
  });

  test("who comes while another goes is a change", () => {
    tell(["ann"], [], true);
    tell(["bob"], ["ann"]);
    expect([...page.state.online]).toEqual(["bob"]);
  });

  test("that says nothing new changes nothing", () => {
    tell(["ann"], [], true);
    const before = page.state;
    tell(["ann"], ["bob"]);
    expect(page.state).toBe(before);
  });
});
