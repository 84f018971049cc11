import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, vi } from "vitest";
import type { FakeBrowser } from "./fake-browser";
import { ModelServer } from "./model-server";
import { FAKE_TIMERS, Page, ticks } from "./page";

/** Me, Ann and Bob, the conversation of the first two, and as many pages of mine as a test opens; one IndexedDB for all of them. */
export class Scene {
  server = new ModelServer("me", "ann", "bob");
  id = "";
  pages: Page[] = [];

  constructor() {
    beforeEach(() => {
      vi.useFakeTimers(FAKE_TIMERS);
      vi.stubGlobal("indexedDB", new IDBFactory());
      this.server = new ModelServer("me", "ann", "bob");
      this.id = this.server.start("me", "ann");
      this.pages = [];
    });
    afterEach(() => {
      for (const page of this.pages) page.stop();
      vi.useRealTimers();
      vi.unstubAllGlobals();
    });
  }

  /** A page that has loaded and whose stream is open. */
  async openPage(browser?: FakeBrowser): Promise<Page> {
    const page = new Page(this.server, "me", { openId: this.id, browser }).start();
    this.pages.push(page);
    await page.settle();
    return page;
  }

  /** What the server holds. */
  get sent(): string[] {
    return this.server.messages(this.id, "me").map(({ content }) => content);
  }

  /** What a page shows as unsent. */
  unsent(page: Page): [string, string][] {
    return (page.state.outbox[this.id] ?? []).map(({ content, state }) => [content, state]);
  }

  /** Sends that are on their way. */
  posts(page: Page) {
    return page.exchanges.filter(({ path }) => path === `/api/conversations/${this.id}/messages`);
  }

  /** Writes a message, whose request then is on its way where nothing holds it back. */
  async write(page: Page, text: string): Promise<void> {
    await page.messenger.send(this.id, text);
    await ticks();
  }

  /** Answers what is on its way once, with a refusal where one is given. */
  async answer(page: Page, refusal: Page["refusal"] = null): Promise<void> {
    page.refusal = refusal;
    for (const post of this.posts(page)) post.answer();
    page.refusal = null;
    for (const post of this.posts(page)) post.arrive();
    await ticks();
  }
}
