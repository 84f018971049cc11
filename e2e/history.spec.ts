import type { Page } from "@playwright/test";
import { message, messages, say, transcript } from "./support/screen";
import { expect, test } from "./support/test";

/** Rows that a page may hold, however long the conversation is. */
const ROWS_MAX = 600;

test("history scrolls up through 2,000 messages without a jump, in a page that stays small", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 2_000);
  const page = await ada.open(path);
  await expect(message(page, /: 2000\. /)).toBeInViewport();
  const { jump, rows } = await scrollThrough(page, -350, 1);
  await expect(message(page, /: 1\. /)).toBeInViewport();
  expect(jump, "pixels by which a line moved that nobody scrolled").toBeLessThanOrEqual(1);
  expect(rows).toBeLessThan(ROWS_MAX);
});

test("and down again, to where new messages join", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 600);
  const page = await ada.open(path);
  await scrollThrough(page, -350, 1);
  const { jump, rows } = await scrollThrough(page, 350, 600);
  await expect(message(page, /: 600\. /)).toBeInViewport();
  expect(jump).toBeLessThanOrEqual(1);
  expect(rows).toBeLessThan(ROWS_MAX);
});

test("a message that arrives moves nothing for somebody who reads further up, and waits below", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 200);
  const page = await ada.open(path);
  const graces = await grace.open(path);
  await transcript(page).hover();
  await page.mouse.wheel(0, -1_500);
  await expect(page.getByRole("button", { name: "Jump to latest" })).toBeInViewport();
  const before = await message(page, /: 190\. /).boundingBox();
  await say(graces, "News");
  const jump = page.getByRole("button", { name: "Jump to latest, 1 unread" });
  await expect(jump).toBeVisible();
  expect(await message(page, /: 190\. /).boundingBox()).toEqual(before);
  await jump.click();
  await expect(message(page, "News")).toBeInViewport();
  await expect(jump).toHaveCount(0);
});

test("writing leads to the end, from however far up", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 600);
  const page = await ada.open(path);
  await scrollThrough(page, -350, 1);
  await say(page, "Back to today");
  await expect(message(page, "Back to today")).toBeInViewport();
  await expect(message(page, "Back to today").getByText("Sent")).toBeAttached();
});

test("a conversation of 100,000 messages opens with as much of it as one of 400", async ({ cast, ada, grace }) => {
  const alan = await cast.person("Alan");
  const short = await cast.longConversation([ada, alan], 400);
  const long = await cast.longConversation([ada, grace], 100_000);
  const page = await ada.open(short.path);
  await expect(message(page, /: 400\. /)).toBeInViewport();
  await page.waitForLoadState("networkidle");
  const rows = await messages(page).count();
  await page.goto(long.path);
  await expect(message(page, /: 100000\. /)).toBeInViewport();
  await expect(messages(page)).toHaveCount(rows);
  expect(rows).toBeLessThan(ROWS_MAX);
});

/**
 * Scrolls a step with every frame until message `to` is on screen, as a person does who holds the wheel. Between two
 * steps nobody scrolls, so no line may move: not when older messages join above, nor when others leave below.
 */
function scrollThrough(page: Page, step: number, to: number): Promise<{ jump: number; rows: number }> {
  return transcript(page).evaluate(
    async (scroller, { step, to }) => {
      const frame = () => new Promise(requestAnimationFrame);
      const view = scroller.getBoundingClientRect();
      const rows = () => [...scroller.querySelectorAll("[data-seq]")];
      const isOnScreen = (row: Element) => row.getBoundingClientRect().bottom > view.top && row.getBoundingClientRect().top < view.bottom;
      let jump = 0;
      let most = 0;
      while (!rows().some((row) => row.getAttribute("data-seq") === String(to) && isOnScreen(row))) {
        scroller.scrollTop += step;
        const anchor = rows().find(isOnScreen) as Element;
        const top = anchor.getBoundingClientRect().top;
        await frame();
        await frame();
        jump = Math.max(jump, anchor.isConnected ? Math.abs(anchor.getBoundingClientRect().top - top) : 0);
        most = Math.max(most, rows().length);
      }
      return { jump, rows: most };
    },
    { step, to },
  );
}
