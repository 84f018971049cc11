import { composer, conversations, message, transcript } from "./support/screen";
import { expect, test } from "./support/test";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`printed, ${colorScheme}`, () => {
    test.use({ colorScheme });

    test("a conversation is its text, all of it, black on white", async ({ cast, ada, grace }) => {
      const { path } = await cast.longConversation([ada, grace], 45);
      const page = await ada.open(path);
      await expect(message(page, /: 45\. /)).toBeInViewport();
      await page.emulateMedia({ media: "print", colorScheme });
      for (const chrome of [conversations(page), composer(page), page.getByRole("button", { name: "Send" })])
        await expect(chrome).toBeHidden();
      for (const text of [/: 1\. /, /: 20\. /, /: 45\. /]) {
        const line = message(page, text);
        await expect(line).toBeVisible();
        await expect(line.locator(".bubble")).toHaveCSS("background-color", "rgba(0, 0, 0, 0)");
        await expect(line.locator(".bubble-text")).toHaveCSS("color", "rgb(0, 0, 0)");
      }
      await expect(message(page, /: 45\. /).getByText(/^You:|^Grace:/)).toHaveCSS("position", "static");
      await expect(page.locator("html")).toHaveCSS("background-color", "rgb(255, 255, 255)");
      // The order of reading, from the top of the first sheet on.
      const [first, last] = [await message(page, /: 1\. /).boundingBox(), await message(page, /: 45\. /).boundingBox()];
      expect(first?.y).toBeGreaterThanOrEqual(0);
      expect(last?.y).toBeGreaterThan((first?.y ?? 0) + 45 * 20);
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      expect(height).toBeGreaterThanOrEqual((last?.y ?? 0) + (last?.height ?? 0));
      await expect(transcript(page)).toHaveCSS("overflow-y", "visible");
    });
  });
}
