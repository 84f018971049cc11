import { describe, expect, test, vi } from "vitest";
import { FakeBrowser } from "./support/fake-browser";
import { Page } from "./support/page";
import { Scene } from "./support/scene";

const scene = new Scene();

describe("A page that the server has painted", () => {
  test("takes in a conversation that is painted after it, for hydration too", () => {
    scene.server.send(scene.id, "ann", "hello");
    const page = new Page(scene.server, "me");
    const { messenger } = page;
    const before = messenger.getInitialState();
    messenger.seed(scene.server.painted("me", scene.id));
    expect(page.state.transcripts[scene.id]?.messages).toEqual(scene.server.messages(scene.id, "me"));
    expect(messenger.getInitialState()).toBe(messenger.getState());
    expect(messenger.getInitialState()).not.toBe(before);
  });

  test("keeps what it holds of a conversation: that is the fresher", async () => {
    scene.server.send(scene.id, "ann", "hello");
    const stale = scene.server.painted("me", scene.id);
    const page = await scene.openPage();
    scene.server.send(scene.id, "ann", "and more");
    await page.settle();
    const { messenger } = page;
    const [before, painted] = [messenger.getState(), messenger.getInitialState()];
    messenger.seed(stale);
    expect(messenger.getState()).toBe(before);
    expect(messenger.getInitialState()).toBe(painted);
  });

  test("that has lived since does not change what it was painted as", async () => {
    const page = await scene.openPage();
    const painted = page.messenger.getInitialState();
    const other = scene.server.start("me", "bob");
    scene.server.send(other, "bob", "hello");
    page.messenger.expect(other);
    page.messenger.seed(scene.server.painted("me", other));
    expect(page.state.transcripts[other]?.messages).toHaveLength(1);
    expect(page.messenger.getInitialState()).toBe(painted);
  });
});

test("A stream names whom it is for, and where it resumes", async () => {
  const page = await scene.openPage();
  const urls: string[] = [];
  const second = new Page(scene.server, "me", {
    platform: {
      connect(url) {
        urls.push(url);
        return scene.server.open("me", url);
      },
    },
  }).start();
  await second.settle();
  const { pathname, searchParams } = new URL(urls[0] ?? "", "http://parley.test");
  expect([pathname, searchParams.get("user")]).toEqual(["/api/messages", "me"]);
  expect(searchParams.getAll("lastEventId")).toEqual([scene.server.snapshot("me").cursor]);
  second.stop();
  expect(page.state.connection.status).toBe("open");
});

describe("What happens in one tab", () => {
  test("a sign-out shows in the others, and nobody asks anything more; a return brings all of them back", async () => {
    const browser = new FakeBrowser();
    const [leader, follower] = [await scene.openPage(browser), await scene.openPage(browser)];
    const settle = async () => {
      for (const page of [...scene.pages, ...scene.pages, ...scene.pages]) await page.settle();
    };
    for (const page of scene.pages) page.refusal = { status: 401, body: { message: "Sign in to go on." } };
    void follower.messenger.startConversation("ann").catch(() => {});
    await settle();
    const opened = leader.sources.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(leader.sources).toHaveLength(opened);
    for (const page of [leader, follower]) {
      expect(page.state.signedOut).toBe(true);
      expect(page.state.connection.status).toBe("lost");
      expect(page.exchanges).toEqual([]);
    }
    expect(leader.source).toBeUndefined();

    for (const page of scene.pages) page.refusal = null;
    // Somebody signs in again in a new tab.
    await scene.openPage(browser);
    await settle();
    scene.server.send(scene.id, "ann", "welcome back");
    await settle();
    for (const page of scene.pages) {
      expect(page.state.signedOut).toBe(false);
      expect(page.state.transcripts[scene.id]?.messages).toHaveLength(1);
    }
  });

  test("a message that its answer told of shows in the others before the stream tells", async () => {
    const browser = new FakeBrowser();
    const [leader, follower] = [await scene.openPage(browser), await scene.openPage(browser)];
    await scene.write(leader, "hello");
    await scene.answer(leader);
    expect(follower.state.transcripts[scene.id]?.messages.map(({ content }) => content)).toEqual(["hello"]);
    expect(scene.unsent(follower)).toEqual([]);
  });
});

describe("A stream that waits before it tries again", () => {
  async function lost(): Promise<Page> {
    const page = await scene.openPage();
    for (let i = 0; i < 8; i++) {
      page.source?.cut();
      await vi.advanceTimersByTimeAsync(i < 7 ? 30_000 : 0);
    }
    expect(page.source).toBeUndefined();
    return page;
  }

  test("tries at once when somebody writes", async () => {
    const page = await lost();
    void page.messenger.send(scene.id, "hello");
    expect(page.source).toBeDefined();
  });

  test("tries at once when the page is looked at again", async () => {
    const page = await lost();
    page.lifecycle?.wake();
    expect(page.source).toBeDefined();
  });
});

describe("A draft", () => {
  test("leaves the composer when its message is sent, and that alone", async () => {
    const page = await scene.openPage();
    page.messenger.setDraft(scene.id, "Dear Ann");
    page.messenger.setDraft("another", "Dear Bob");
    void page.messenger.send(scene.id, "Dear Ann");
    expect(page.state.drafts).toEqual({ [scene.id]: "", another: "Dear Bob" });
  });

  test("that is as it was tells nobody anything", async () => {
    const page = await scene.openPage();
    page.messenger.setDraft(scene.id, "Dear Ann");
    const told = vi.fn();
    page.messenger.subscribe(told);
    page.messenger.setDraft(scene.id, "Dear Ann");
    page.messenger.setDraft("another", "");
    expect(told).not.toHaveBeenCalled();
  });
});

test("Who is found and not yet talked to has a conversation, which the list shows once a word is said in it", async () => {
  const page = await scene.openPage();
  const starting = page.messenger.startConversation("bob");
  await page.load();
  const { id } = await starting;
  expect(page.state.conversations[id]?.otherParticipant?.username).toBe("bob");
  expect(page.state.order).toEqual([]);
  scene.server.send(id, "bob", "hello");
  await page.settle();
  expect(page.state.order).toEqual([id]);
});

test("A page that is gone back to goes on; one that has stopped hears nothing", async () => {
  const page = await scene.openPage();
  page.lifecycle?.suspend();
  expect(page.source).toBeUndefined();
  page.lifecycle?.resume();
  await page.settle();
  expect(page.state.connection.status).toBe("open");
  page.stop();
  scene.server.send(scene.id, "ann", "too late");
  await page.settle();
  expect(page.state.transcripts[scene.id]?.messages).toEqual([]);
});
