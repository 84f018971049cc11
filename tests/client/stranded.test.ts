import { beforeEach, describe, expect, test } from "vitest";
import { strandedIn } from "@/lib/client/store/stranded";
import { memoryStorage } from "./support/memory-storage";
import { Page, ticks } from "./support/page";
import { Scene } from "./support/scene";

const scene = new Scene();
let storage: Storage;
let page: Page;

beforeEach(async () => {
  storage = memoryStorage();
  scene.server.startGroup("team", "ann", "me");
  page = await open();
});

/** A page of this browser, whose drafts outlive it. */
async function open(): Promise<Page> {
  const one = new Page(scene.server, "me", { platform: { localStorage: storage } }).start();
  scene.pages.push(one);
  await one.settle();
  return one;
}

const stranded = (one = page) =>
  strandedIn(one.messenger.getState()).map(({ conversationId, name, words }) => [conversationId, name, words.map(({ text }) => text)]);

describe("What somebody has written in a group that they were taken out of", () => {
  test("is shown with the name of the group: what was refused, what waited, and the draft", async () => {
    page.offline = true;
    page.source?.cut();
    await page.messenger.send("team", "Wait for me");
    page.messenger.setDraft("team", "And an");
    scene.server.remove("team", "me");
    expect(stranded()).toEqual([]);
    page.offline = false;
    page.lifecycle?.wake();
    await page.settle();
    expect(stranded()).toEqual([["team", "team", ["Wait for me", "And an"]]]);
  });

  test("is shown also to who comes back later, when nobody remembers what the group was called", async () => {
    page.messenger.setDraft("team", "Dear all");
    page.lifecycle?.suspend();
    page.stop();
    scene.server.remove("team", "me");
    const later = await open();
    expect(stranded(later)).toEqual([["team", null, ["Dear all"]]]);
  });

  test("goes when it is discarded, for good", async () => {
    await page.messenger.send("team", "Wait for me");
    page.messenger.setDraft("team", "And an");
    scene.server.remove("team", "me");
    await ticks();
    await page.settle();
    const [unsent] = page.state.outbox.team ?? [];
    await page.messenger.discard(unsent?.clientId ?? "");
    expect(stranded()).toEqual([["team", "team", ["And an"]]]);
    page.messenger.setDraft("team", "");
    await page.settle();
    expect([stranded(), page.state.gone]).toEqual([[], {}]);
    page.lifecycle?.suspend();
    expect(stranded(await open())).toEqual([]);
  });

  test("is back in the conversation once one is in it again", async () => {
    page.messenger.setDraft("team", "Dear all");
    scene.server.remove("team", "me");
    await page.settle();
    expect(stranded()).toHaveLength(1);
    scene.server.join("team", "me", "all");
    await page.settle();
    expect([stranded(), page.state.drafts.team]).toEqual([[], "Dear all"]);
  });
});

test("a draft in a conversation further down than the list was loaded is asked for once, and is nothing to tell of", async () => {
  page.stop();
  scene.server.send(scene.id, "ann", "long ago");
  scene.server.read(scene.id, "me", 1);
  for (let i = 0; i < 30; i++) scene.server.startGroup(`later ${i}`, "me");
  scene.server.settleLog();
  storage.setItem(`parley draft me ${scene.id}`, "Dear Ann");
  const later = await open();
  expect(later.state.conversations[scene.id]).toBeUndefined();
  await later.settle();
  expect(stranded(later)).toEqual([]);
  expect(scene.server.requests.filter((request) => request === `GET /api/conversations/${scene.id}`)).toHaveLength(1);
});
