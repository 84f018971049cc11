import { beforeEach, describe, expect, test } from "vitest";
import { type ActionName, actionsOf } from "@/lib/client/screen/conversation-actions";
import type { Conversation } from "@/lib/protocol/conversations";
import type { Page } from "./support/page";
import { Scene } from "./support/scene";

const scene = new Scene();
let page: Page;

beforeEach(async () => {
  scene.server.send(scene.id, "ann", "hello");
  for (const id of ["one", "two", "three"]) {
    scene.server.startGroup(id, "ann", "me");
    scene.server.send(id, "ann", "welcome");
  }
  page = await scene.openPage();
});

const row = (id: string) => page.state.conversations[id] as Conversation;
const actions = (id: string) => actionsOf(page.messenger, row(id));
const labels = (id: string) => Object.fromEntries(actions(id).map(({ name, label }) => [name, label]));
async function act(id: string, name: ActionName): Promise<void> {
  void actions(id)
    .find((action) => action.name === name)
    ?.run();
  await page.settle();
}

describe("What one can do with a conversation", () => {
  test("is what it is not yet, in words", async () => {
    expect(labels("one")).toEqual({ pin: "Pin to the top", mute: "Mute", archive: "Archive", read: "Mark as read" });
    for (const name of ["pin", "mute", "archive", "read"] as const) await act("one", name);
    expect(row("one")).toMatchObject({ pinned: 0, muted: "always", archived: true, unreadCount: 0 });
    expect(labels("one")).toEqual({ unpin: "Unpin", unmute: "Unmute", unarchive: "Bring back to the list", unread: "Mark as unread" });
  });

  test("is taken back by the same way", async () => {
    for (const name of ["pin", "mute", "archive", "read"] as const) await act("one", name);
    for (const name of ["unpin", "unmute", "unarchive", "unread"] as const) await act("one", name);
    expect(row("one")).toMatchObject({ pinned: null, muted: "no", archived: false, unreadCount: 1 });
  });

  test("is to mark neither way where nothing was said", async () => {
    const id = scene.server.start("me", "bob");
    void page.messenger.startConversation("bob");
    await page.settle();
    expect(Object.keys(labels(id))).toEqual(["pin", "mute", "archive"]);
  });
});

describe("What is pinned", () => {
  test("last stands below what was pinned before it", async () => {
    for (const id of ["two", scene.id, "one"]) await act(id, "pin");
    expect(page.state.order).toEqual(["two", scene.id, "one", "three"]);
  });

  test("moves up by one place at a time, and the first has no way up", async () => {
    for (const id of ["two", "three", "one"]) await act(id, "pin");
    expect(labels("two").raise).toBeUndefined();
    expect(labels(scene.id).raise).toBeUndefined();
    expect(labels("one").raise).toBe("Move up");
    await act("one", "raise");
    expect(page.state.order).toEqual(["two", "one", "three", scene.id]);
    await act("one", "raise");
    expect(page.state.order).toEqual(["one", "two", "three", scene.id]);
    expect(page.state.order.map((id) => row(id).pinned)).toEqual([0, 1, 2, null]);
  });

  test("at the same place on two devices moves up all the same", async () => {
    for (const id of ["one", "two"]) scene.server.setPlace(id, "me", { pinned: 5 });
    await page.settle();
    const [above = "", below = ""] = page.state.order;
    await act(below, "raise");
    expect(page.state.order.slice(0, 2)).toEqual([below, above]);
  });

  test("is not raised above what is not: that stands below it", async () => {
    await act("three", "pin");
    expect(labels(page.state.order[1] ?? "").raise).toBeUndefined();
  });
});
