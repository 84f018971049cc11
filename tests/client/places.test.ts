import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Page } from "./support/page";
import { Scene } from "./support/scene";

const scene = new Scene();
let page: Page;

beforeEach(async () => {
  scene.server.send(scene.id, "ann", "hello");
  scene.server.startGroup("team", "ann", "me");
  scene.server.send("team", "ann", "welcome");
  scene.server.read("team", "me", 3);
  page = await scene.openPage();
});

const team = () => page.state.conversations.team;
const refusal = { status: 403, body: { message: "Not you." } };

describe("A group", () => {
  test("counts quiet lines for nobody, and stays where it was in the list", async () => {
    scene.server.send(scene.id, "ann", "later");
    await page.settle();
    const { order } = page.state;
    scene.server.join("team", "bob", "all");
    await page.settle();
    expect(team()).toMatchObject({ unreadCount: 0, lastSeq: 4, lastMessage: { content: "welcome" }, group: { participantCount: 3 } });
    expect(page.state.order).toEqual(order);
    scene.server.send("team", "bob", "thank you");
    await page.settle();
    expect(team()?.unreadCount).toBe(1);
    expect(page.state.order[0]).toBe("team");
  });

  test("counts what comes in another order as what comes in order", () => {
    page.source?.cut();
    for (const text of ["first", "second"]) scene.server.send("team", "ann", text);
    scene.server.join("team", "bob", "all");
    for (const message of scene.server.messages("team", "me").slice(3).reverse()) page.messenger.apply({ type: "message", message });
    expect(team()?.unreadCount).toBe(2);
  });

  test("goes with all that is held of it when one is removed, also from the screen, and begins anew when one is added again", async () => {
    const close = page.messenger.open("team");
    await page.settle();
    scene.server.remove("team", "me");
    await page.settle();
    expect([team(), page.state.transcripts.team, page.state.openId]).toEqual([undefined, undefined, null]);
    expect(page.state.order).toEqual([scene.id]);
    scene.server.send("team", "ann", "among us");
    scene.server.join("team", "me", "joining");
    await page.settle();
    close();
    page.messenger.open("team");
    await page.settle();
    expect(page.state.transcripts.team?.messages.map(({ content }) => content)).toEqual(["joined"]);
    expect(page.state.transcripts.team).toMatchObject({ atStart: true, atEnd: true });
  });

  test("is called by the name that was given to it last, whatever comes late", async () => {
    const before = team()?.group;
    scene.server.changeGroup("team", { name: "The team" });
    await page.settle();
    if (before) page.messenger.apply({ type: "conversation", group: before });
    expect(team()?.group?.name).toBe("The team");
  });
});

describe("What one sets for oneself", () => {
  test("shows before the server has answered, and is the same on another device", async () => {
    const other = await scene.openPage();
    void page.messenger.changePlace("team", { pinned: 0, muted: "always" });
    expect(team()).toMatchObject({ pinned: 0, muted: "always" });
    expect(page.state.order[0]).toBe("team");
    await page.settle();
    await other.settle();
    expect(other.state.conversations.team).toEqual(team());
    expect(other.state.order).toEqual(page.state.order);
  });

  test("is as before where the server refuses it", async () => {
    page.refusal = refusal;
    const asked = page.messenger.changePlace("team", { archived: true });
    expect(page.state.archived).toEqual(["team"]);
    const refused = expect(asked).rejects.toThrow("Not you.");
    await page.load();
    await refused;
    expect(page.state.archived).toEqual([]);
    expect(page.state.order).toContain("team");
  });

  test("an archived conversation comes back with a message that is no quiet line, and a muted one stays", async () => {
    void page.messenger.changePlace("team", { archived: true });
    await page.settle();
    scene.server.join("team", "bob", "all");
    await page.settle();
    expect(page.state.archived).toEqual(["team"]);
    scene.server.send("team", "ann", "back");
    await page.settle();
    expect(page.state.archived).toEqual([]);
    void page.messenger.changePlace("team", { archived: true, muted: "always" });
    await page.settle();
    scene.server.send("team", "ann", "unheard");
    await page.settle();
    expect(page.state.archived).toEqual(["team"]);
  });

  test("what is muted counts in the list, and in no title", async () => {
    void page.messenger.changePlace("team", { muted: "always" });
    await page.settle();
    const { unread } = page.state;
    scene.server.send("team", "ann", "psst");
    await page.settle();
    expect(team()?.unreadCount).toBe(1);
    expect(page.state.unread).toBe(unread);
  });

  test("what is muted for an hour is heard of again after that", async () => {
    void page.messenger.changePlace("team", { muted: new Date(Date.now() + 3_600_000).toISOString() });
    await page.settle();
    const { unread } = page.state;
    scene.server.send("team", "ann", "psst");
    await page.settle();
    expect(page.state.unread).toBe(unread);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(team()?.muted).toBe("no");
    expect(page.state.unread).toBe(unread + 1);
  });

  test("marked as unread stays so under one's eyes, until it is opened anew", async () => {
    page.messenger.open("team");
    await page.settle();
    page.lifecycle?.attend(true);
    page.messenger.see("team", 1, 3);
    await page.settle();
    const [, , message] = page.state.transcripts.team?.messages ?? [];
    void page.messenger.markUnread("team", { id: message?.id ?? "", seq: 3 });
    await page.settle();
    page.messenger.see("team", 1, 3);
    await page.settle();
    expect(team()).toMatchObject({ unreadCount: 1, readSeq: 2 });
    expect(page.state.transcripts.team?.firstUnread).toBe(3);
    page.messenger.open("team");
    page.messenger.see("team", 1, 3);
    await page.settle();
    expect(team()?.unreadCount).toBe(0);
  });

  test("a mark that was told earlier takes no later one back", async () => {
    scene.server.read(scene.id, "me", 1);
    await page.settle();
    void page.messenger.markUnread(scene.id, { id: `${scene.id}#1`, seq: 1 });
    await page.settle();
    page.messenger.apply({ type: "read", conversationId: scene.id, userId: "me", seq: 1 });
    expect(page.state.conversations[scene.id]?.unreadCount).toBe(1);
  });

  test("a direct conversation that one deletes is gone with its messages, and what is said next begins it", async () => {
    void page.messenger.changePlace(scene.id, { deletedUpTo: `${scene.id}#1` });
    expect(page.state.order).toEqual(["team"]);
    await page.settle();
    expect(page.state.transcripts[scene.id]).toMatchObject({ messages: [], atStart: true });
    scene.server.send(scene.id, "ann", "once more");
    await page.settle();
    expect(page.state.order).toContain(scene.id);
    expect(page.state.transcripts[scene.id]?.messages.map(({ content }) => content)).toEqual(["once more"]);
    await vi.advanceTimersByTimeAsync(0);
  });
});
