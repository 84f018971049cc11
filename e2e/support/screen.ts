import type { Locator, Page } from "@playwright/test";

/** The words of the screen, by role and name, as one would tell somebody on the telephone. */

export const conversations = (page: Page): Locator => page.getByRole("navigation", { name: "Conversations" });
export const conversationWith = (page: Page, name: string): Locator => conversations(page).getByRole("link", { name });
export const transcript = (page: Page): Locator => page.getByRole("region", { name: /^Messages with / });
export const messages = (page: Page): Locator => transcript(page).getByRole("listitem");
export const message = (page: Page, text: string | RegExp): Locator => messages(page).filter({ hasText: text });
export const composer = (page: Page): Locator => page.getByRole("textbox", { name: /^Message to / });

export const details = (page: Page): Locator => page.getByRole("complementary", { name: "Details" });

export async function openDetails(page: Page): Promise<void> {
  await page
    .getByRole("main")
    .getByRole("button", { name: /Details$/ })
    .click();
  await details(page).waitFor();
}

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

/** What the transcript says, line by line, without who and when. */
export async function words(page: Page): Promise<string[]> {
  return (await lines(page)).map(({ text }) => text);
}

/** The same with each line's number in the conversation, less what is not sent yet. */
export async function numberedLines(page: Page): Promise<[seq: number, text: string][]> {
  return (await lines(page)).filter(({ seq }) => seq > 0).map(({ seq, text }) => [seq, text]);
}

function lines(page: Page): Promise<{ seq: number; text: string }[]> {
  return page.locator(".bubble-text").evaluateAll((bubbles) =>
    bubbles.map((bubble) => {
      const copy = bubble.cloneNode(true) as Element;
      copy.querySelector(".bubble-meta")?.remove();
      return { seq: Number(bubble.closest("[data-seq]")?.getAttribute("data-seq")), text: copy.textContent ?? "" };
    }),
  );
}

/**
 * The page is listening. A person takes longer to read than a script takes to arrive, a test does not; and
 * there is nothing on screen to wait for, since the first paint shows it all. React marks what it listens to, and
 * has more to do then: once it is idle, keys are heard too.
 */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const isMarked = Object.keys(document.querySelector("#main") ?? {}).some((key) => key.startsWith("__reactProps"));
    return isMarked && new Promise<boolean>((resolve) => requestIdleCallback(() => resolve(true)));
  });
}
