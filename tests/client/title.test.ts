import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { titleWithUnread, watchTitle } from "@/lib/client/screen/title";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

test("The title says how much is unread, once, and no more than it can hold", () => {
  expect(titleWithUnread("Parley", 0)).toBe("Parley");
  expect(titleWithUnread("Parley", 3)).toBe("(3) Parley");
  expect(titleWithUnread("(3) Parley", 4)).toBe("(4) Parley");
  expect(titleWithUnread("(4) Parley", 100)).toBe("(99+) Parley");
  expect(titleWithUnread("(99+) Parley", 0)).toBe("Parley");
  expect(titleWithUnread("Parley", 99)).toBe("(99) Parley");
  expect(titleWithUnread("Ada (2) Parley", 0)).toBe("Ada (2) Parley");
  expect(titleWithUnread("(12) Parley", 1)).toBe("(1) Parley");
});

test("What is unread in all conversations adds up", () => {
  const server = new ModelServer("me", "ann", "bob");
  for (const other of ["ann", "bob", "bob"]) server.send(server.start("me", other), other, "hello");
  expect(new Page(server, "me").state.unread).toBe(3);
});

describe("What is unread in conversations that the list has not loaded", () => {
  const others = Array.from({ length: 200 }, (_, i) => `p${i}`);
  let server: ModelServer;
  let page: Page;

  beforeEach(() => {
    vi.useFakeTimers(FAKE_TIMERS);
    server = new ModelServer("me", ...others);
  });
  afterEach(() => {
    page.stop();
    vi.useRealTimers();
  });

  /** All of them have said something, one after the other; it was read but for those named. */
  async function openPage(unread: readonly string[]): Promise<void> {
    for (const other of others) {
      const id = server.start("me", other);
      server.send(id, other, "hello");
      if (!unread.includes(other)) server.read(id, "me", 1);
    }
    page = new Page(server, "me").start();
    await page.settle();
  }

  const total = () => page.state.unread;

  test("counts from the first paint on, and is not listed before its turn", async () => {
    await openPage(["p3", "p70", "p199"]);
    expect(total()).toBe(3);
    expect(page.state.order).toHaveLength(25);
  });

  test("is kept true by what happens: what comes, what is read here or elsewhere, what the list loads", async () => {
    await openPage(["p3", "p70", "p199"]);
    server.send(server.start("me", "p70"), "p70", "again");
    server.send(server.start("me", "p50"), "p50", "me too");
    await page.settle();
    expect(total()).toBe(5);
    server.read(server.start("me", "p3"), "me", 1);
    server.read(server.start("me", "p70"), "me", 1);
    await page.settle();
    expect(total()).toBe(3);
    await page.until(
      () => !page.state.hasMore,
      () => page.messenger.loadMore(),
    );
    expect(total()).toBe(3);
  });

  test("counts after a fresh load too", async () => {
    await openPage(["p3"]);
    page.source?.cut();
    server.send(server.start("me", "p5"), "p5", "missed");
    server.prune();
    page.lifecycle?.wake();
    await page.settle();
    expect(total()).toBe(2);
  });

  test("of more conversations than a title can count is asked for once more when they get fewer", async () => {
    await openPage(others);
    expect(total()).toBeGreaterThan(99);
    for (const other of others.slice(40)) server.read(server.start("me", other), "me", 1);
    await page.settle();
    expect(total()).toBe(40);
  });
});

describe("A tab", () => {
  afterEach(() => void vi.unstubAllGlobals());

  /** As much of a page as its title and icons take, whose title counts how often it is written. */
  function openPage() {
    const icons = [
      { href: "/icon.svg", dataset: { unreadHref: "/unread.svg" } },
      { href: "/icon.ico", dataset: { unreadHref: "/unread.ico" } },
    ];
    const page = { head: {}, text: "Parley", written: 0, observed: {}, navigate: (_: string) => {}, watched: true, icons };
    const stub = {
      head: page.head,
      get title() {
        return page.text;
      },
      set title(text: string) {
        page.text = text;
        page.written++;
      },
      querySelectorAll: (selector: string) => (selector === "link[rel~=icon][data-unread-href]" ? icons : []),
    };
    vi.stubGlobal(
      "MutationObserver",
      class {
        constructor(changed: () => void) {
          page.navigate = (title) => {
            page.text = title;
            changed();
          };
        }
        observe(node: unknown, options: object): void {
          page.observed = { node, ...options };
        }
        disconnect(): void {
          page.watched = false;
        }
      },
    );
    return { page, ...watchTitle(stub as unknown as Document) };
  }

  test("keeps the count in its title while one goes from page to page", () => {
    const { page, show } = openPage();
    show(2);
    expect(page.text).toBe("(2) Parley");
    page.navigate("Grace · Parley");
    expect(page.text).toBe("(2) Grace · Parley");
    expect(page.observed).toEqual({ node: page.head, childList: true, subtree: true, characterData: true });
  });

  test("does not write the title that it has, which would never end, nor one where the page has none", () => {
    const { page, show } = openPage();
    show(2);
    page.navigate(page.text);
    show(2);
    expect(page.written).toBe(1);
    page.navigate("");
    expect(page.text).toBe("");
  });

  test("has another icon while something is unread, and its own again after that", () => {
    const { page, show } = openPage();
    show(0);
    expect(page.icons.map(({ href }) => href)).toEqual(["/icon.svg", "/icon.ico"]);
    for (const unread of [1, 2]) {
      show(unread);
      expect(page.icons.map(({ href }) => href)).toEqual(["/unread.svg", "/unread.ico"]);
    }
    show(0);
    expect(page.icons.map(({ href }) => href)).toEqual(["/icon.svg", "/icon.ico"]);
  });

  test("is as it was when nobody counts any more", () => {
    const { page, show, stop } = openPage();
    show(3);
    stop();
    expect(page.text).toBe("Parley");
    expect(page.icons[0]?.href).toBe("/icon.svg");
    expect(page.watched).toBe(false);
  });
});
