import { beforeEach, describe, expect, test, vi } from "vitest";
import { STREAM_HEARTBEAT_MS } from "@/lib/protocol/limits";
import type { Page } from "./support/page";
import { Scene } from "./support/scene";

const MINUTE_MS = 60_000;

const scene = new Scene();
let page: Page;
let close: () => void;

beforeEach(async () => {
  scene.server.startGroup("team", "ann", "me", "bob");
  page = await scene.openPage();
  close = page.messenger.open("team");
  await page.settle();
});

const shown = () => page.state.onlineInGroup;
const asked = () => scene.server.requests.filter((request) => request === "GET /api/groups/team/online").length;
/** Somebody else opens a stream. */
const comes = (who: string) => scene.server.open(who, "/api/messages");

/** A while in which the stream stays open: its heartbeat comes. */
async function passes(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STREAM_HEARTBEAT_MS) {
    scene.server.beat();
    page.source?.arriveAll();
    await vi.advanceTimersByTimeAsync(STREAM_HEARTBEAT_MS);
  }
  await page.settle();
}

describe("How many are online in the group on screen", () => {
  test("shows with the group, and is asked for once a while whatever the stream tells", async () => {
    expect(shown()).toEqual({ id: "team", count: 1 });
    comes("bob");
    await passes(MINUTE_MS);
    expect(shown()).toEqual({ id: "team", count: 2 });
    expect(asked()).toBeLessThanOrEqual(4);
  });

  test("is asked for at once when somebody one knows comes, once however many do", async () => {
    const before = asked();
    comes("bob");
    comes("ann");
    for (const who of ["bob", "ann"]) page.messenger.apply({ type: "presence", online: [who], offline: [], complete: false });
    await page.settle();
    expect(shown()?.count).toBe(3);
    expect(asked()).toBe(before + 1);
  });

  test("is asked for of no group that nobody looks at: another conversation is open, or the page is hidden", async () => {
    page.visible = false;
    const before = asked();
    await passes(2 * MINUTE_MS);
    expect(asked()).toBe(before);
    comes("bob");
    page.visible = true;
    page.lifecycle?.wake();
    await page.settle();
    expect(shown()?.count).toBe(2);

    close();
    page.messenger.open(scene.id);
    await page.settle();
    const then = asked();
    await passes(2 * MINUTE_MS);
    expect(asked()).toBe(then);
  });

  test("is asked for again when the connection is back", async () => {
    page.source?.cut();
    comes("bob");
    page.lifecycle?.wake();
    await page.settle();
    expect(shown()?.count).toBe(2);
  });

  test("stays unknown where the server is of the version before, and says nothing of it", async () => {
    page.refusal = { status: 404, body: { message: "Not found." } };
    scene.server.startGroup("family", "me", "bob");
    await page.settle();
    close();
    page.messenger.open("family");
    await passes(MINUTE_MS);
    expect(shown()?.id).not.toBe("family");
  });
});
