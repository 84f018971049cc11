import { expect, FAILED_REQUESTS, test } from "./support/test";

test.use({ complaints: FAILED_REQUESTS });

const NOTHING = { name: "There is nothing here" };

test("an address that does not exist says so, and leads back", async ({ ada }) => {
  const page = await ada.context.newPage();
  const response = await page.goto("/nowhere");
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", NOTHING)).toBeVisible();
  await page.getByRole("link", { name: "To your conversations" }).click();
  await expect(page).toHaveURL("/");
});

test("a conversation of others looks like one that does not exist", async ({ cast, ada, grace }) => {
  const alan = await cast.person("Alan");
  const { path } = await cast.conversation([grace, alan], [[grace, "Between us"]]);
  const page = await ada.context.newPage();
  const theirs = await page.goto(path);
  await expect(page.getByRole("heading", NOTHING)).toBeVisible();
  await expect(page.getByText(/Between us|Grace|Alan/)).toHaveCount(0);
  const nobodys = await page.goto("/c/0192f0c8-0000-7000-8000-000000000000");
  await expect(page.getByRole("heading", NOTHING)).toBeVisible();
  expect(nobodys?.status()).toBe(theirs?.status());
});
