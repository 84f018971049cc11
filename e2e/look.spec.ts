import type { Locator, Page } from "@playwright/test";
import sharp from "sharp";
import { composer, transcript } from "./support/screen";
import { expect, test } from "./support/test";

for (const width of [320, 390, 800, 1024, 1280, 1440, 1920]) {
  test(`the way back to the end covers no tick and no time of one's own, ${width} pixels wide`, async ({ cast, ada, grace }) => {
    const { path } = await cast.conversation(
      [grace, ada],
      Array.from({ length: 60 }, (_, n) => [ada, `Mine, ${"word ".repeat(n % 9)}${n}`] as const),
    );
    const page = await ada.open(path);
    await page.setViewportSize({ width, height: 800 });
    await transcript(page).hover();
    await page.mouse.wheel(0, -900);
    const jump = await boxOf(page.getByRole("button", { name: "Jump to latest" }));
    for (const meta of await page.locator(".bubble-meta").all()) {
      const box = await boxOf(meta);
      const apart = box.right <= jump.left || box.left >= jump.right || box.bottom <= jump.top || box.top >= jump.bottom;
      expect(apart, `${JSON.stringify(box)} and ${JSON.stringify(jump)}`).toBe(true);
    }
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the ring of a focused conversation is whole", async ({ cast }) => {
      const ada = await cast.person("Ada", { colorScheme });
      const grace = await cast.person("Grace");
      const { path } = await cast.longConversation([ada, grace], 60);
      const page = await ada.open(path);
      await expect(composer(page)).toBeFocused();
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Shift+Tab");
      await expect(transcript(page)).toBeFocused();
      for (const y of [0, 25, 25, 25]) {
        await transcript(page).evaluate((list, up) => list.scrollBy({ top: -up, behavior: "instant" }), y);
        const { at, width, height } = await pixelsOf(page, transcript(page));
        const ring = at(1, height / 2);
        for (const edge of [1, height - 2]) {
          const covered = Array.from({ length: width - 2 }, (_, n) => n + 1).filter((x) => `${at(x, edge)}` !== `${ring}`);
          expect(covered, `of the line ${edge} below the top`).toEqual([]);
        }
      }
    });

    test("what is picked in the finder stands out from the rest", async ({ cast }) => {
      const ada = await cast.person("Ada", { colorScheme });
      for (const name of ["Grace", "Alan"]) {
        const other = await cast.person(name);
        await cast.conversation([ada, other], [[other, "Hello"]]);
      }
      const page = await ada.open("/");
      await page.keyboard.press("Control+k");
      const options = page.getByRole("option");
      await expect(options.first()).toHaveAttribute("data-highlighted");
      const [picked, ground] = await options.first().evaluate((option) => {
        const lightness = (element: Element) => Number(/oklch\(([\d.]+)/.exec(getComputedStyle(element).backgroundColor)?.[1]);
        return [lightness(option), lightness(option.closest(".floating") as Element)];
      });
      expect(Math.abs((picked as number) - (ground as number))).toBeGreaterThan(0.05);
      expect((picked as number) > (ground as number), "lighter than the ground in the dark, darker in the light").toBe(
        colorScheme === "dark",
      );
    });
  });
}

async function boxOf(part: Locator) {
  const { x, y, width, height } = (await part.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  return { left: x, top: y, right: x + width, bottom: y + height };
}

/** What is to be seen of a part, dot by dot. */
async function pixelsOf(page: Page, part: Locator) {
  const { x, y, width, height } = (await part.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const shot = await page.screenshot({ clip: { x, y, width, height } });
  const { data, info } = await sharp(shot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (left: number, top: number) => {
    const from = (Math.floor(top) * info.width + Math.floor(left)) * 3;
    return [...data.subarray(from, from + 3)];
  };
  return { at, width: info.width, height: info.height };
}
