import type { Page } from "@playwright/test";
import { composer, conversationWith, message, say, settled, transcript } from "./support/screen";
import { expect, test } from "./support/test";

test.describe("somebody who reads further up", () => {
  test("finds their place again when they come back from another conversation", async ({ cast, ada, grace }) => {
    const alan = await cast.person("Alan");
    await cast.conversation([ada, alan], [[alan, "Elsewhere"]]);
    const { path } = await cast.longConversation([ada, grace], 400);
    const page = await ada.open(path);
    const before = await readAt(page, 320);
    await conversationWith(page, "Alan").click();
    await expect(message(page, "Elsewhere")).toBeInViewport();
    await conversationWith(page, "Grace").click();
    await expect(message(page, /: 320\. /)).toBeInViewport();
    expect(await topOf(page, 320)).toBeCloseTo(before, 0);
  });

  test("finds their place again after a reload, however far up it is", async ({ cast, ada, grace }) => {
    const { path } = await cast.longConversation([ada, grace], 400);
    const page = await ada.open(path);
    for (const seq of [380, 200]) {
      const before = await readAt(page, seq);
      await page.reload();
      await settled(page);
      await expect(message(page, new RegExp(`: ${seq}\\. `))).toBeInViewport();
      await expect.poll(() => topOf(page, seq)).toBeCloseTo(before, 0);
    }
  });

  test("is taken to what is new, where there is news", async ({ cast, ada, grace }) => {
    const alan = await cast.person("Alan");
    await cast.conversation([ada, alan], [[alan, "Elsewhere"]]);
    const { path } = await cast.longConversation([ada, grace], 400);
    const page = await ada.open(path);
    await readAt(page, 320);
    await conversationWith(page, "Alan").click();
    await expect(message(page, "Elsewhere")).toBeInViewport();
    await say(await grace.open(path), "News");
    await expect(conversationWith(page, "Grace")).toContainText("1 unread");
    await conversationWith(page, "Grace").click();
    await expect(message(page, "News")).toBeInViewport();
  });
});

test("whoever was at the end is at the end again, with what came meanwhile", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 400);
  const page = await ada.open(path);
  await readAt(page, 380);
  await page.getByRole("button", { name: "Jump to latest" }).click();
  await expect(message(page, /: 400\. /)).toBeInViewport();
  await page.reload();
  await settled(page);
  await expect(message(page, /: 400\. /)).toBeInViewport();
});

test("the page keys scroll the conversation while one writes", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 400);
  const page = await ada.open(path);
  await composer(page).fill("Half a thought");
  const last = message(page, /: 400\. /);
  await expect(last).toBeInViewport();
  await page.keyboard.press("PageUp");
  await expect(last).not.toBeInViewport();
  await page.keyboard.press("PageDown");
  await expect(last).toBeInViewport();
  await expect(composer(page)).toBeFocused();
  await expect(composer(page)).toHaveValue("Half a thought");
});

/** Scrolls up, as a person does, until a message is in the middle of the screen. Returns where it is. */
async function readAt(page: Page, seq: number): Promise<number> {
  await expect(async () => {
    await transcript(page).evaluate((scroller, seq) => {
      const row = scroller.querySelector(`[data-seq="${seq}"]`);
      if (row) row.scrollIntoView({ block: "center" });
      else scroller.scrollTop -= 1_000;
    }, seq);
    await expect(message(page, new RegExp(`: ${seq}\\. `))).toBeInViewport({ timeout: 200 });
  }).toPass({ intervals: [50] });
  // Until the page has taken note of it.
  await page.evaluate(() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen))));
  return topOf(page, seq);
}

function topOf(page: Page, seq: number): Promise<number> {
  return page.locator(`[data-seq="${seq}"]`).evaluate((row) => row.getBoundingClientRect().top);
}
