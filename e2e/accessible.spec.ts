import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { details, message, openDetails, say, settled } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`axe finds nothing, ${colorScheme}`, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: "reduce" } });

    test("in the messenger", async ({ cast, ada, grace }) => {
      // Five screens are gone through, each to its last element: a processor that others use too needs its time for that.
      test.slow();
      const alan = await cast.person("Alan");
      await cast.conversation([ada, alan], [[alan, "Older"]]);
      const { path } = await cast.conversation(
        [ada, grace],
        [
          [ada, "See https://parley.example"],
          [grace, "👍"],
          [ada, "And so on"],
        ],
      );
      const page = await ada.open("/");
      await hasNoFaults(page);
      await say(await grace.open(path), "Unread");
      await expect(page.getByText("1 unread")).toBeVisible();
      await hasNoFaults(page);
      await page.goto(path);
      await settled(page);
      await expect(message(page, "Unread")).toBeVisible();
      await hasNoFaults(page);
      await page.keyboard.press("Control+k");
      await page.keyboard.type("a");
      await expect(page.getByRole("option", { name: /^Alan/ })).toBeVisible();
      await hasNoFaults(page);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Your account" }).click();
      await expect(page.getByRole("menu")).toBeVisible();
      await hasNoFaults(page);
    });

    test("in a group, its details, and the screens of groups", async ({ cast, ada, grace }) => {
      test.slow();
      const { path, id } = await cast.group("Engine", [ada, grace], [[grace, "Hello"]], { description: "It weaves.", access: "open" });
      const { url } = await cast.post<{ url: string }>(ada, `/api/groups/${id}/invites`, {});
      const page = await ada.open(path);
      await openDetails(page);
      await expect(details(page).getByRole("listitem")).toHaveCount(2);
      await hasNoFaults(page);
      for (const view of ["Group settings", "Invite links", "Add people"]) {
        await details(page).getByRole("button", { name: view }).click();
        await expect(details(page).getByRole("heading", { name: view })).toBeVisible();
        await hasNoFaults(page);
        await details(page).getByRole("button", { name: "Back" }).click();
      }
      await message(page, "Hello").click({ button: "right" });
      await expect(page.getByRole("menu")).toBeVisible();
      await hasNoFaults(page);
      await page.getByRole("menuitem", { name: "Who has read it" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await hasNoFaults(page);
      await page.goto("/groups");
      await settled(page);
      await expect(page.getByRole("link", { name: "Open Engine" }).first()).toBeVisible();
      await hasNoFaults(page);
      await page.getByRole("button", { name: "New group and more" }).click();
      await page.getByRole("menuitem", { name: "New group" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await hasNoFaults(page);
      await (await grace.open(url)).close();
      await page.goto(url);
      await hasNoFaults(page);
    });

    test("for somebody who has just arrived", async ({ ada }) => {
      await hasNoFaults(await ada.open("/"));
    });

    test("in the settings", async ({ ada }) => {
      await hasNoFaults(await ada.open("/settings"));
    });

    test("at sign-in and sign-up, with errors told", async ({ page }) => {
      await page.goto("/sign-in");
      await settled(page);
      await hasNoFaults(page);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("alert").filter({ hasText: "Enter your username." })).toBeVisible();
      await hasNoFaults(page);
      await page.goto("/sign-up");
      await hasNoFaults(page);
    });

    test.describe("where there is nothing", () => {
      test.use({ complaints: FAILED_REQUESTS });

      test("on the not-found page", async ({ page }) => {
        await page.goto("/nowhere");
        await hasNoFaults(page);
      });
    });
  });
}

test.describe("under reduced motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("nothing moves, not even what is news", async ({ cast, ada, grace }) => {
    const { path } = await cast.conversation([ada, grace], [[ada, "Hello"]]);
    const page = await ada.open(path);
    await say(await grace.open(path), "News");
    await expect(message(page, "News")).toBeVisible();
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog")).toBeVisible();
    const lasting = await page.evaluate(() =>
      document.getAnimations().map((animation) => Number(animation.effect?.getComputedTiming().duration)),
    );
    expect(Math.max(0, ...lasting), "milliseconds").toBeLessThan(1);
  });
});

test("what arrives is said to those who do not see it", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Hello"]]);
  const page = await ada.open(path);
  await say(await grace.open(path), "Listen");
  await expect(page.getByRole("log", { name: "New messages" })).toHaveText("Grace: Listen");
});

/** Every rule that axe has, not only those of WCAG. */
async function hasNoFaults(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}
