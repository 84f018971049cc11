import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Message } from "@/lib/protocol/messages";
import type { Page } from "./support/page";
import { Scene } from "./support/scene";

const scene = new Scene();
let page: Page;

beforeEach(async () => {
  for (let i = 1; i <= 60; i++) scene.server.send(scene.id, "ann", `message ${i}`);
  scene.server.read(scene.id, "me", 60);
  page = await scene.openPage();
});

const content = (seq: number) => page.state.transcripts[scene.id]?.messages.find((message) => message.seq === seq)?.content;
const last = () => page.state.conversations[scene.id]?.lastMessage;
const told = (seq: number): Message => scene.server.messages(scene.id, "me")[seq - 1] as Message;

/** The server has answered, the message is changed and that is told, and only then the answer arrives. */
async function editBeforeItArrives(): Promise<void> {
  page.exchanges[0]?.answer();
  scene.server.edit(scene.id, 5, "said otherwise");
  page.source?.arriveAll();
  page.exchanges[0]?.arrive();
  await vi.advanceTimersByTimeAsync(0);
  expect(content(5)).toBe("said otherwise");
}

describe("A message that was changed", () => {
  test("shows as it is now, in its place, and in the list where it is the last", async () => {
    const before = page.state;
    scene.server.edit(scene.id, 60, "said otherwise");
    await page.settle();
    expect(content(60)).toBe("said otherwise");
    expect(last()).toMatchObject({ content: "said otherwise", version: 2 });
    expect(page.state.order).toBe(before.order);
    expect(page.state.conversations[scene.id]?.unreadCount).toBe(0);
    const [was, is] = [before, page.state].map((state) => state.transcripts[scene.id]?.messages ?? []);
    expect(is?.slice(0, -1).every((message, i) => message === was?.[i])).toBe(true);
  });

  test("stays so when the event of its sending, or of an earlier change, comes once more", async () => {
    const [sent, first] = [told(60), () => told(60)];
    scene.server.edit(scene.id, 60, "second");
    const second = first();
    scene.server.edit(scene.id, 60, "third");
    await page.settle();
    const before = page.state;
    for (const message of [sent, second]) page.messenger.apply({ type: "message", message });
    expect(page.state).toBe(before);
    expect(content(60)).toBe("third");
  });

  test("stays so when a page that was read before arrives late", async () => {
    void page.messenger.loadOlder(scene.id);
    await editBeforeItArrives();
    expect(page.state.transcripts[scene.id]?.messages).toEqual(scene.server.messages(scene.id, "me"));
  });

  test("stays so when a whole window that was read before arrives late", async () => {
    void page.messenger.openAround(scene.id, `${scene.id}#5`);
    await editBeforeItArrives();
  });

  test("stays so when a window takes its place that was read before it was known", async () => {
    page.source?.cut();
    void page.messenger.openAround(scene.id, `${scene.id}#5`);
    page.exchanges[0]?.answer();
    const before = told(20);
    page.messenger.apply({ type: "message", message: { ...before, content: "said otherwise", version: 2 } });
    page.exchanges[0]?.arrive();
    await vi.advanceTimersByTimeAsync(0);
    expect(content(20)).toBe("said otherwise");
  });

  test("of which the event of its sending never came is news all the same", async () => {
    page.source?.cut();
    scene.server.send(scene.id, "ann", "first said");
    scene.server.edit(scene.id, 61, "then so");
    await page.settle();
    expect(content(61)).toBe("then so");
    expect(page.state.conversations[scene.id]?.unreadCount).toBe(1);
  });

  test("waits past a gap as it is now", async () => {
    page.source?.cut();
    scene.server.send(scene.id, "ann", "missed");
    scene.server.send(scene.id, "ann", "late");
    page.messenger.apply({ type: "message", message: told(62) });
    scene.server.edit(scene.id, 62, "late, and changed");
    page.messenger.apply({ type: "message", message: told(62) });
    expect(page.state.transcripts[scene.id]?.ahead.map((message) => message.content)).toEqual(["late, and changed"]);
    await page.settle();
    expect([content(61), content(62)]).toEqual(["missed", "late, and changed"]);
  });

  test("far from what is held changes nothing, and shows once it is loaded", async () => {
    const before = page.state;
    scene.server.edit(scene.id, 2, "said otherwise");
    page.source?.arriveAll();
    expect(page.state).toBe(before);
    void page.messenger.loadOlder(scene.id);
    await page.load();
    expect(content(2)).toBe("said otherwise");
  });
});

test("A window that takes the place of another leaves the messages of both the same objects, so that they are not drawn again", async () => {
  const before = new Map(page.state.transcripts[scene.id]?.messages.map((message) => [message.seq, message]));
  void page.messenger.openAround(scene.id, `${scene.id}#5`);
  await page.load();
  const both = page.state.transcripts[scene.id]?.messages.filter(({ seq }) => before.has(seq)) ?? [];
  expect(both.length).toBeGreaterThan(10);
  for (const message of both) expect(message).toBe(before.get(message.seq));
});
