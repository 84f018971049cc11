import { describe, expect, test, vi } from "vitest";
import type { Api } from "@/lib/client/api";
import { createMessengerStore } from "@/lib/client/store/store";
import { conversationIn } from "@/lib/client/store/views";
import { createGroupChanges } from "@/lib/client/sync/group-changes";
import { createIntake } from "@/lib/client/sync/intake";
import type { Conversation } from "@/lib/protocol/conversations";
import { group, holding } from "./support/rows";

/** A page that holds these, and a server that answers as is said. */
function pageOf(rows: readonly Conversation[], answers: Partial<Api>) {
  const store = createMessengerStore(holding(rows));
  const intake = createIntake({ store, viewOf: () => undefined, onTaken() {} });
  return { changes: createGroupChanges({ store, api: answers as Api, intake }), shown: () => conversationIn(store.getState(), "c") };
}

const named = (name: string) => group({}, { name, version: 2 });
const groupNamed = (name: string) => named(name).group as NonNullable<Conversation["group"]>;

describe("A group", () => {
  test("that one makes or joins is in the list with the answer", async () => {
    const makeGroup = vi.fn(async () => named("ours"));
    const made = pageOf([], { makeGroup });
    await made.changes.makeGroup({ name: "ours" }, "once");
    await made.changes.makeGroup({ name: "ours" });
    expect(makeGroup.mock.calls).toEqual([
      [{ name: "ours", clientId: "once" }],
      [{ name: "ours", clientId: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
    ]);
    expect(made.shown()?.group?.name).toBe("ours");
    const joinGroup = vi.fn(async () => named("open"));
    const joined = pageOf([], { joinGroup });
    await joined.changes.joinGroup("c");
    expect(joinGroup).toHaveBeenCalledWith("c");
    expect(joined.shown()?.group?.name).toBe("open");
  });

  test("that one changes is so with the answer, before the stream tells of it", async () => {
    const picture = new File(["picture"], "picture.png");
    const changeGroup = vi.fn(async () => groupNamed("renamed"));
    const setGroupAvatar = vi.fn(async () => groupNamed("pictured"));
    const removeGroupAvatar = vi.fn(async () => groupNamed("without"));
    const rows = [group()];
    const renamed = pageOf(rows, { changeGroup });
    await renamed.changes.changeGroup("c", { name: "renamed" });
    expect(changeGroup).toHaveBeenCalledWith("c", { name: "renamed" });
    expect(renamed.shown()?.group?.name).toBe("renamed");
    const pictured = pageOf(rows, { setGroupAvatar });
    await pictured.changes.setGroupAvatar("c", picture);
    expect(setGroupAvatar).toHaveBeenCalledWith("c", picture);
    expect(pictured.shown()?.group?.name).toBe("pictured");
    const without = pageOf(rows, { removeGroupAvatar });
    await without.changes.removeGroupAvatar("c");
    expect(removeGroupAvatar).toHaveBeenCalledWith("c");
    expect(without.shown()?.group?.name).toBe("without");
  });

  test("that one leaves is gone once the server has said so, and not where it refuses", async () => {
    const removeParticipant = vi.fn(async () => null);
    const left = pageOf([group()], { removeParticipant });
    await left.changes.leaveGroup("c");
    expect(removeParticipant).toHaveBeenCalledWith("c", "me");
    expect(left.shown()).toBeUndefined();
    const kept = pageOf([group()], { removeParticipant: () => Promise.reject(new Error("No.")) });
    await expect(kept.changes.leaveGroup("c")).rejects.toThrow("No.");
    expect(kept.shown()).toBeDefined();
  });
});
